"""Text whose pieces are coloured by numbers: as HTML, and as a figure."""

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from matplotlib.figure import Figure
from rich.cells import cell_len

from charlab.figures.sweeps import new_chart
from charlab.figures.token_names import cell_name
from charlab.system.terminal import visible

_STEPS = 9  # shades in a page, of .heat-0 … .heat-9
_FEWEST_CELLS, _MOST_CELLS = 20, 64  # in a row of a figure
_CELL = 0.2  # inches

Floats = npt.NDArray[np.float64]


def coloured_text(
    pieces: Sequence[str], values: Floats, *, high: float, words: Sequence[str], mark: str = "¶"
) -> Markup:
    """A line of text in the page's shades of one colour.

    Args:
        pieces: what the text is made of; "" is its end mark.
        values: of each piece, from 0 to ``high`` and beyond; NaN has no colour.
        high: what the strongest shade stands for.
        words: what pointing at a piece says.
        mark: what an end mark is shown as.
    """
    parts = [
        Markup('<span class="{}" title="{}">{}</span>').format(
            _shade(value, high), said, _visible(piece) or mark
        )
        for piece, value, said in zip(pieces, values.tolist(), words, strict=True)
    ]
    return Markup('<p class="coloured" dir="auto">{}</p>').format(Markup("").join(parts))


def coloured_word(pieces: Sequence[str], values: Floats, *, high: float) -> Markup:
    """A word in shades, for a table's cell."""
    parts = [
        Markup('<span class="{}">{}</span>').format(_shade(value, high), _visible(piece))
        for piece, value in zip(pieces, values.tolist(), strict=True)
    ]
    return Markup("<bdi>{}</bdi>").format(Markup("").join(parts))


def heat_legend(low: str, high: str) -> Markup:
    """The shades from the weakest to the strongest, and what they stand for."""
    shades = Markup("").join(
        Markup('<span class="heat-{}">&nbsp;</span>').format(i) for i in range(_STEPS + 1)
    )
    return Markup('<p class="legend">{} <span class="shades">{}</span> {}</p>').format(
        low, shades, high
    )


def _shade(value: float, high: float) -> str:
    """The class of a value's shade; NaN has none."""
    return "" if np.isnan(value) else f"heat-{round(_STEPS * min(1.0, max(0.0, value / high)))}"


def _visible(piece: str) -> str:
    return visible(piece.replace("\n", "↵\n").replace("\t", "⇥\t"), keep="\n\t")


def reads_leftwards(text: str) -> bool:
    """Whether the first letter of a text is of a script that is written from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def coloured_figure(
    lines: Sequence[tuple[Sequence[str], Floats]], *, high: float, label: str
) -> Figure:
    """Text in cells that are coloured by numbers; lines of scripts that are read leftwards begin
    at the right.

    Args:
        lines: of each its pieces, and their values.
        high: what the strongest shade stands for.
        label: what the values are.
    """
    rows = [row for pieces, values in lines for row in _rows(pieces, values)]
    width = max([_FEWEST_CELLS, *(sum(row[2]) for row in rows)])
    figure, axes = new_chart(0.4 + _CELL * width, 1.0 + 0.3 * len(rows))
    table = np.full((len(rows), width), np.nan)
    for i, (pieces, values, widths) in enumerate(rows):
        leftwards = reads_leftwards("".join(pieces))
        place = 0
        for piece, value, cells in zip(pieces, values, widths, strict=True):
            at = width - place - cells if leftwards else place
            table[i, at : at + cells] = min(high, value)
            color = "#fefefe" if value > 0.62 * high else "#010101"
            axes.text(
                at + (cells - 1) / 2,
                i,
                cell_name(piece),
                ha="center",
                va="center_baseline",
                fontsize=9,
                color=color,
                parse_math=False,
            )
            place += cells
    image = axes.imshow(table, cmap="Oranges", vmin=0, vmax=high, aspect="auto")
    axes.set_axis_off()
    figure.colorbar(image, ax=axes, label=label, location="bottom", shrink=0.4, aspect=30)
    return figure


def _rows(pieces: Sequence[str], values: Floats) -> list[tuple[list[str], list[float], list[int]]]:
    """A line cut into rows that fit: pieces, values and each one's cells."""
    rows: list[tuple[list[str], list[float], list[int]]] = []
    for piece, value in zip(pieces, values.tolist(), strict=True):
        cells = max(1, round(0.62 * cell_len(cell_name(piece)) + 0.2))
        if not rows or sum(rows[-1][2]) + cells > _MOST_CELLS:
            rows.append(([], [], []))
        names, numbers, widths = rows[-1]
        names.append(piece)
        numbers.append(value)
        widths.append(cells)
    return rows
