"""The objective over each searched setting by itself."""

import math
from collections.abc import Collection, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from charlab.figures.axis import Axis
from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import WIDTH, Limits, empty_figure, scatter, short, show_part, tidy

_COLUMNS = 3
_MARKS: dict[str, dict[str, Any]] = {  # the best on top
    "pruned": {"s": 22, "alpha": 0.8, "marker": "x", "linewidths": 1.2},
    "complete": {"s": 22, "alpha": 0.65},
    "best": {"s": 60},
}
_CATEGORY = 16  # characters
_UPRIGHT = 22  # characters of categories that fit under a chart side by side


def slices_figure(
    axes: Sequence[Axis],
    places: Sequence[Sequence[float | None]],
    values: Sequence[float],
    *,
    objective: str,
    trials: Sequence[int],
    best: int | None = None,
    pruned: Collection[int] = (),
    limits: Limits | None = None,
) -> Figure:
    """Draws a small chart for each setting.

    Args:
        axes: the settings' axes, at least one.
        places: for each axis, each trial's value (or category's index); None: it has none.
        values: each trial's objective.
        objective: what the values are.
        trials: their numbers.
        best: the number of the one that stands out; None: none.
        pruned: numbers of those that were pruned, whose values are their last ones.
        limits: the part of the objective to be shown, the rest at its edge; None: all.
    """
    columns = min(_COLUMNS, len(axes))
    rows = math.ceil(len(axes) / columns)
    figure = empty_figure(3.0 * rows, WIDTH * columns / _COLUMNS)
    for i, (axis, column) in enumerate(zip(axes, places, strict=True)):
        part = figure.add_subplot(rows, columns, i + 1)
        points: dict[str, list[tuple[float, float, int]]] = {name: [] for name in _MARKS}
        for trial, place, value in zip(trials, column, values, strict=True):
            if place is not None:
                kind = "best" if trial == best else "pruned" if trial in pruned else "complete"
                points[kind].append((place, value, trial))
        for kind, style in _MARKS.items():
            scatter(part, points[kind], limits, color=LIGHT[kind], **style)
        tidy(part, axis.label, objective if i % columns == 0 else "")
        _set_scale(part, axis)
        show_part(part, limits)
    return figure


def _set_scale(part: Axes, axis: Axis) -> None:
    if axis.categories:
        upright = sum(map(len, axis.categories)) <= _UPRIGHT
        part.set_xticks(
            range(len(axis.categories)),
            [short(text, _CATEGORY) for text in axis.categories],
            rotation=0 if upright else 30,
            ha="center" if upright else "right",
            parse_math=False,
        )
        part.set_xlim(-0.5, len(axis.categories) - 0.5)
    elif axis.log:
        part.set_xscale("log")
    elif axis.whole:
        part.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
