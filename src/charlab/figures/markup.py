"""Tables and colored text as fragments of HTML: every text in them is escaped."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from charlab.system.terminal import visible

_KINDS = 8  # colors; more kinds go round again with another line below them
_LINES = ("solid", "dotted", "double", "dashed")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """A table that scrolls by itself where a page is narrow; numbers stand to the right.

    Args:
        columns: their names.
        rows: cells: texts, numbers, markup.
    """
    body = [list(row) for row in rows]
    figures = [bool(body) and isinstance(cell, int | float) for cell in (body[0] if body else ())]
    figures = figures or [False] * len(columns)

    def line(tag: str, cells: Iterable[object]) -> Markup:
        written = (
            Markup('<{0} class="{1}" dir="auto">{2}</{0}>').format(
                Markup(tag), "figures" if is_number else "words", _cell(cell)
            )
            for cell, is_number in zip(cells, figures, strict=True)
        )
        return Markup("<tr>{}</tr>").format(Markup("").join(written))

    return Markup('<div class="scroll" tabindex="0"><table>{}{}</table></div>').format(
        line("th", columns), Markup("\n").join(line("td", row) for row in body)
    )


def _cell(cell: object) -> object:
    if isinstance(cell, Markup):
        return cell
    if isinstance(cell, float):
        return f"{cell:.3f}"
    return f"{cell:,}" if isinstance(cell, int) else visible(cell)


def kind_style(number: int) -> str:
    """How pieces of a kind look, told apart by color and, of many kinds, by the line below."""
    color, line = number % _KINDS + 1, _LINES[number // _KINDS % len(_LINES)]
    return f"color:var(--series-{color});text-decoration:underline {line} 2px"


class Piece(NamedTuple):
    """A piece of a text that is shown in colors.

    Attributes:
        text: the characters.
        kind: the number of what they are, which decides how they look; None: nothing.
        told: what is written small behind them.
        fault: what is wrong about them, written behind them as well; "": nothing.
    """

    text: str
    kind: int | None
    told: str = ""
    fault: str = ""


def tagged_text(pieces: Iterable[Piece]) -> Markup:
    """A text in the colors of its pieces' kinds; a frame stands around what is wrong."""
    style = (
        "white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);padding:.7rem .9rem;"
        "border-radius:6px;font:.9rem/1.9 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace"
    )
    parts = Markup("").join(map(_piece, pieces))
    return Markup('<div dir="auto" style="{}">{}</div>').format(style, parts)


def _piece(piece: Piece) -> Markup:
    shown = visible(piece.text, keep="\n\t")
    if piece.kind is None:
        return Markup("<span>{}</span>").format(shown)
    behind = visible(" ".join(filter(None, (piece.told, piece.fault))))
    if piece.fault:
        shown = shown.replace("\n", "↵\n").replace("\t", "⇥")  # a frame around nothing says nothing
    small = (
        Markup('<sub style="color:var(--{});margin:0 3px">{}</sub>').format(
            "failed" if piece.fault else "quiet", behind
        )
        if behind
        else ""
    )
    style = kind_style(piece.kind)
    if piece.fault:
        style += ";outline:2px solid var(--failed);outline-offset:1px;border-radius:2px"
    return Markup('<span style="{}">{}</span>{}').format(style, shown, small)


def tags_legend(tags: Sequence[tuple[str, int]]) -> Markup:
    """The tags, each in its color."""
    named = (
        Markup('<span style="{}">{}</span>').format(kind_style(number), visible(tag))
        for tag, number in tags
    )
    return Markup('<p class="quiet">tags: {}</p>').format(Markup("  ").join(named))
