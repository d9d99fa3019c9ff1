"""Parallel coordinates as a picture."""

from collections.abc import Sequence

from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from charlab.figures.axis import ABSENT, Axis
from charlab.figures.sweeps import BEST, COMPLETE, QUIET, new_figure, short

_SHADES = LinearSegmentedColormap.from_list("worst to best", ["#d5dbe3", COMPLETE])
_LABEL, _TICK = 18, 12  # characters


def parallel_figure(
    axes: Sequence[Axis],
    rows: Sequence[Sequence[float]],
    ranks: Sequence[float],
    *,
    marked: Sequence[bool] = (),
) -> Figure:
    """Draws a line for each trial through all axes.

    Args:
        axes: A axes.
        rows: for each trial, its A places, from 0 to 1 or :data:`~.sweep_axis.ABSENT`; the later
            a trial, the further on top.
        ranks: for each trial, from 0 (pale) to 1 (strong).
        marked: which trials stand out; empty: none.
    """
    figure = new_figure(max(5.0, 1.0 + 1.45 * len(axes)), 4.4)
    plot = figure.add_subplot()
    marks = list(marked) or [False] * len(rows)
    for chosen in (False, True):
        lines = [
            (list(enumerate(row)), rank)
            for row, rank, mark in zip(rows, ranks, marks, strict=True)
            if mark == chosen
        ]
        colors = [BEST if chosen else _SHADES(rank) for _, rank in lines]
        width = 2.6 if chosen else 1.2
        plot.add_collection(
            LineCollection([points for points, _ in lines], colors=colors, linewidths=width)
        )
    for place, axis in enumerate(axes):
        plot.plot([place, place], [0, 1], color=QUIET, linewidth=1, zorder=3)
        for height, text in (*axis.ticks(), *([(ABSENT, "absent")] if axis.partial else [])):
            _write(plot, place, height, text)
    plot.set_xlim(-0.1, len(axes) - 0.5)
    plot.set_ylim(ABSENT - 0.06 if any(axis.partial for axis in axes) else -0.06, 1.06)
    names = [short(axis.label, _LABEL) for axis in axes]
    plot.set_xticks(range(len(axes)), names, parse_math=False)
    plot.xaxis.tick_top()
    plot.tick_params(axis="x", length=0)
    plot.yaxis.set_visible(False)
    for side in plot.spines.values():
        side.set_visible(False)
    return figure


def _write(plot: object, place: int, height: float, text: str) -> None:
    """Writes a tick's text beside its axis, on a ground that keeps lines off it."""
    plot.annotate(  # type: ignore[attr-defined]  # Axes; mypy knows no keyword of Text here
        short(text, _TICK),
        (place, height),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        zorder=4,
        parse_math=False,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1},
    )
