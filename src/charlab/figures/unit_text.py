"""A text coloured by the values of a unit: as a figure, and as HTML."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from matplotlib.figure import Figure

from charlab.figures.coloured_text import reads_leftwards
from charlab.figures.fonts import covering_fonts, font_hint, outline
from charlab.figures.sweeps import short
from charlab.system.terminal import visible

_WIDTH = 72  # characters to a row
_CELL = 0.115  # inches
_STEPS = 9  # shades in a page: .heat-1 … of what is positive, .cold-1 … of what is negative

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class UnitText:
    """A text and what a unit makes of it.

    Attributes:
        title: which unit, and what it follows.
        pieces: the tokens as they are spelled; "" parts documents.
        values: of each piece the unit's value, (n,).
    """

    title: str
    pieces: Sequence[str]
    values: Floats

    @property
    def high(self) -> float:
        """What the strongest shade stands for, either way: few values are beyond it."""
        high = float(np.quantile(np.abs(self.values), 0.98)) if len(self.values) else 0.0
        return high or 1.0


def unit_text_figure(texts: Sequence[UnitText]) -> Figure:
    """Draws texts below each other, each character on the shade of the unit's value after it.

    Orange is positive, purple negative; both are told apart by every kind of eye. A dot stands for
    a character that no installed font has.
    """
    lacking = _lacking({character for text in texts for character in "".join(text.pieces)})
    laid = [_rows(text) for text in texts]
    heights = [0.19 * len(rows) + 0.35 for rows in laid]
    figure = Figure(figsize=(1.2 + _CELL * _WIDTH, sum(heights)), dpi=120, layout="constrained")
    panels = figure.subplots(len(texts), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, text, rows in zip(panels, texts, laid, strict=True):
        table = np.full((len(rows), _WIDTH), np.nan)
        for i, row in enumerate(rows):
            for column, (character, value) in enumerate(row):
                table[i, column] = value
                axes.text(
                    column,
                    i,
                    "·" if character in lacking else character,
                    ha="center",
                    va="center_baseline",
                    fontsize=7.5,
                    family="monospace",
                    color="#fefefe" if abs(value) > 0.75 * text.high else "#010101",
                    parse_math=False,
                    in_layout=False,
                )
        image = axes.imshow(table, cmap="PuOr_r", vmin=-text.high, vmax=text.high, aspect="auto")
        axes.set_title(short(text.title, 90), fontsize=8.5, loc="left", parse_math=False)
        axes.set_axis_off()
        figure.colorbar(image, ax=axes, aspect=8, pad=0.01).ax.tick_params(labelsize=6)
    if lacking:
        scripts, packages = font_hint(lacking)
        said = f"· no installed font has {scripts}: apt install {packages}"
        figure.supxlabel(said, fontsize=7, wrap=True)
    return figure


def _lacking(characters: set[str]) -> set[str]:
    """What no font has, of characters that are seen."""
    rare = {c for c in characters if not c.isspace() and outline(c) is None}
    return covering_fonts(rare)[1] if rare else set()


def unit_text_html(text: UnitText) -> Markup:
    """The same text as a fragment of a page, in its shades; pointing at a piece says the value."""
    documents: list[list[Markup]] = [[]]
    for piece, value in zip(text.pieces, text.values.tolist(), strict=True):
        if not piece:
            documents.append([])
            continue
        documents[-1].append(
            Markup('<span class="{}" title="{}">{}</span>').format(
                _shade(value, text.high),
                f"{value:+.2f}",
                visible(piece, keep="\n\t").replace("\n", "↵\n"),
            )
        )
    words = [Markup("<bdi>{}</bdi>").format(Markup("").join(parts)) for parts in documents]
    return Markup(
        '<div class="coloured-unit"><h4>{}</h4><p class="coloured" dir="auto">{}</p></div>'
    ).format(text.title, Markup("  ").join(words))


def _shade(value: float, high: float) -> str:
    step = round(_STEPS * min(1.0, abs(value) / high))
    return f"{'heat' if value > 0 else 'cold'}-{step}"


def _rows(text: UnitText) -> list[list[tuple[str, float]]]:
    """Characters with their values in rows that fit; a newline ends one.

    Documents stand beside each other while they fit; those that are read leftwards run leftwards.
    """
    rows: list[list[tuple[str, float]]] = [[]]
    for line in _lines(text):
        ends = bool(line) and line[-1][0] == "\n"
        if reads_leftwards("".join(character for character, _ in line)):
            line = line[::-1]
        if rows[-1] and len(rows[-1]) + 2 + len(line) <= _WIDTH:
            rows[-1] += [("", math.nan)] * 2
        elif rows[-1]:
            rows.append([])
        for character, value in line:
            if len(rows[-1]) == _WIDTH:
                rows.append([])
            rows[-1].append(("↵" if character == "\n" else visible(character), value))
        if ends:
            rows.append([])
    return rows if rows[-1] or len(rows) == 1 else rows[:-1]


def _lines(text: UnitText) -> list[list[tuple[str, float]]]:
    """The characters of each line of each document, with their values."""
    lines: list[list[tuple[str, float]]] = [[]]
    for piece, value in zip(text.pieces, text.values.tolist(), strict=True):
        lines[-1] += [(character, value) for character in piece]
        if not piece or piece.endswith("\n"):
            lines.append([])
    return [line for line in lines if line]
