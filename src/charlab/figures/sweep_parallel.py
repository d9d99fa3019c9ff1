"""Parallel coordinates: a line for each complete trial through all its settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from charlab.figures.axis import ABSENT, Axis
from charlab.figures.colors import LIGHT
from charlab.figures.svg import marks
from charlab.figures.sweeps import WIDTH, new_figure, short

_LABEL, _TICK = 18, 12  # characters
_PALEST = 0.2  # the opacity of the worst trial's line


@dataclass(frozen=True)
class Coordinates:
    """Trials as lines through axes.

    Attributes:
        axes: A axes.
        trials: their numbers; the later one is, the further on top it is drawn.
        rows: for each trial, its A places, from 0 to 1 or :data:`~.axis.ABSENT`.
        ranks: for each trial, from 0 (the worst, pale) to 1 (the best, strong).
        marked: numbers of those that stand out.
    """

    axes: Sequence[Axis]
    trials: Sequence[int]
    rows: Sequence[Sequence[float]]
    ranks: Sequence[float]
    marked: Sequence[int] = ()


def parallel_figure(lines: Coordinates) -> Figure:
    """Draws a line for each trial through all axes."""
    axes = lines.axes
    figure, plot = new_figure(4.4, max(WIDTH, 1.0 + 1.3 * len(axes)))
    for row, rank, trial in zip(lines.rows, lines.ranks, lines.trials, strict=True):
        chosen = trial in lines.marked
        plot.plot(
            row,
            color=LIGHT["best" if chosen else "complete"],
            alpha=1 if chosen else _PALEST + (0.9 - _PALEST) * rank,
            linewidth=2.6 if chosen else 1.2,
            zorder=2.5 if chosen else 2,
            gid=marks([trial]),
        )
    for place, axis in enumerate(axes):
        plot.plot([place, place], [0, 1], color=LIGHT["quiet"], linewidth=1, zorder=3)
        for height, text in (*axis.ticks(), *([(ABSENT, "absent")] if axis.partial else [])):
            _write(plot, place, height, text)
    plot.set_xlim(-0.1, len(axes) - 0.5)
    plot.set_ylim(ABSENT - 0.06 if any(axis.partial for axis in axes) else -0.06, 1.06)
    labels = [axis.label_with_rest(between="\n").split("\n") for axis in axes]
    names = ["\n".join(short(line, _LABEL) for line in label) for label in labels]
    plot.set_xticks(range(len(axes)), names, parse_math=False)
    plot.xaxis.tick_top()
    plot.tick_params(axis="x", length=0)
    plot.yaxis.set_visible(False)
    for side in plot.spines.values():
        side.set_visible(False)
    return figure


def _write(plot: Axes, place: int, height: float, text: str) -> None:
    """Writes a tick's text beside its axis, on a ground that keeps lines off it."""
    plot.annotate(
        short(text, _TICK),
        (place, height),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        zorder=4,
        parse_math=False,
        bbox={"facecolor": LIGHT["paper"], "edgecolor": "none", "alpha": 0.75, "pad": 1},
    )
