"""What came, above what a model held likely."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from rich.cells import cell_len

from charlab.figures.colors import LIGHT
from charlab.figures.coloured_text import reads_leftwards
from charlab.figures.sweeps import new_chart
from charlab.figures.token_names import cell_name

_WIDE = 36  # columns of single letters to a row of panels
Floats = npt.NDArray[np.float64]

_CELL, _HIGH = 0.27, 0.25  # inches


@dataclass(frozen=True)
class Likely:
    """T tokens of a text and what a model expected.

    Attributes:
        true: what came.
        likeliest: the K likeliest at each place, the likeliest first, T × K.
        probabilities: theirs, (T, K).
        label: what the text is called; "": nothing.
    """

    true: Sequence[str]
    likeliest: Sequence[Sequence[str]]
    probabilities: Floats
    label: str = ""

    def part(self, begin: int, end: int) -> "Likely":
        """Some of the places."""
        label = self.label if not begin else ""
        own = self.likeliest[begin:end]
        return Likely(self.true[begin:end], own, self.probabilities[begin:end], label)


def predictions_figure(texts: Sequence[Likely]) -> Figure:
    """Draws each true token above the likeliest ones, whose shade is their probability.

    A frame is round the one that came, where it is among them. Long texts go on in further rows;
    those of scripts that are read leftwards begin at the right.
    """
    letters = max(cell_len(cell_name(t)) for text in texts for row in text.likeliest for t in row)
    wide = max(4, round(_WIDE / (1 + 0.42 * (min(letters, 9) - 1))))
    panels = [
        text.part(begin, begin + wide) for text in texts for begin in range(0, len(text.true), wide)
    ]
    places, rows = _packed([len(panel.true) for panel in panels], wide)
    named = any(panel.label for panel in panels)
    height = max(panel.probabilities.shape[1] for panel in panels) + 2 + named
    width = max(x + len(panel.true) for (x, _), panel in zip(places, panels, strict=True))
    table = np.full((height * rows - 1, width), np.nan)
    wanted = 0.4 + _CELL * _WIDE / wide * width
    figure, axes = new_chart(max(5.0, wanted), 1.1 + _HIGH * len(table))
    for (x, row), panel in zip(places, panels, strict=True):
        if panel.label:
            _write(axes, x - 0.45, row * height, panel.label, ha="left", color=LIGHT["quiet"])
        _draw(axes, table, panel, x, row * height + named, 11 if wide == _WIDE else 9)
    image = axes.imshow(table, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_axis_off()
    figure.colorbar(image, ax=axes, label="probability", location="bottom", shrink=0.4, aspect=30)
    return figure


def _packed(lengths: Sequence[int], wide: int) -> tuple[list[tuple[int, int]], int]:
    """Where panels lie that share rows: each one's first column and its row, and the rows."""
    places: list[tuple[int, int]] = []
    column = row = 0
    for length in lengths:
        if column and column + length > wide:
            column, row = 0, row + 1
        places.append((column, row))
        column += length + 1
    return places, row + 1


def _draw(axes: Axes, table: Floats, panel: Likely, left: int, top: int, size: int) -> None:
    """Enters a panel's probabilities into the table and writes its tokens."""
    leftwards = reads_leftwards("".join(panel.true))
    for column, (true, names) in enumerate(zip(panel.true, panel.likeliest, strict=True)):
        x = left + (len(panel.true) - 1 - column if leftwards else column)
        _write(axes, x, top, cell_name(true), size=size, weight="bold", color=LIGHT["best"])
        for y, (name, probability) in enumerate(
            zip(names, panel.probabilities[column].tolist(), strict=True), start=top + 1
        ):
            table[y, x] = probability
            color = "#fefefe" if probability > 0.55 else "#010101"
            _write(axes, x, y, cell_name(name), color=color)
            if name == true:
                frame: dict[str, Any] = {"fill": False, "lw": 1.6, "edgecolor": LIGHT["best"]}
                axes.add_patch(Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, **frame))


def _write(axes: Axes, x: float, y: float, text: str, *, size: int = 8, **style: Any) -> None:
    style = {"ha": "center", "va": "center", **style}
    axes.text(x, y, text, fontsize=size, parse_math=False, **style)
