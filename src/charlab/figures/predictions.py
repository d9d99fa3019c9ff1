"""What came, above what a model held likely."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from rich.cells import cell_len

from charlab.figures.colors import LIGHT
from charlab.figures.coloured_text import reads_leftwards
from charlab.figures.token_names import cell_name

_WIDE = 36  # columns of single letters to a row of panels
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
    probabilities: npt.NDArray[np.float64]
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
    deep = max(panel.probabilities.shape[1] for panel in panels)
    height, width = deep + 2, max(len(panel.true) for panel in panels)
    table = np.full((height * len(panels), width), np.nan)
    cell = _CELL * _WIDE / wide
    figure = Figure(
        figsize=(max(5.0, 1.6 + cell * width), 0.7 + _HIGH * len(table)),
        dpi=110,
        layout="constrained",
    )
    axes = figure.add_subplot()
    for i, panel in enumerate(panels):
        leftwards = reads_leftwards("".join(panel.true))
        for column, (true, names) in enumerate(zip(panel.true, panel.likeliest, strict=True)):
            x, y = width - 1 - column if leftwards else column, height * i
            size = 11 if wide == _WIDE else 9
            axes.text(
                x,
                y,
                cell_name(true),
                ha="center",
                va="center",
                fontsize=size,
                weight="bold",
                color=LIGHT["best"],
                parse_math=False,
            )
            for rank, name in enumerate(names, start=1):
                probability = panel.probabilities[column, rank - 1]
                table[y + rank, x] = probability
                axes.text(
                    x,
                    y + rank,
                    cell_name(name),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="#fefefe" if probability > 0.55 else "#010101",
                    parse_math=False,
                )
                if name == true:
                    frame = Rectangle(
                        (x - 0.47, y + rank - 0.47),
                        0.94,
                        0.94,
                        fill=False,
                        lw=1.6,
                        edgecolor=LIGHT["best"],
                    )
                    axes.add_patch(frame)
    image = axes.imshow(table, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_yticks(
        [height * i for i in range(len(panels))],
        [panel.label for panel in panels],
        parse_math=False,
    )
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.colorbar(
        image, ax=axes, label="probability", shrink=min(1.0, 6 / len(panels)), aspect=30
    )
    return figure
