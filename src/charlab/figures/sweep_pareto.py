"""Objectives against each other, with the Pareto front."""

import math
from collections.abc import Sequence
from itertools import combinations

from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import Limits, add_legend, empty_figure, scatter, show_part, tidy


def pareto_figure(
    values: Sequence[Sequence[float]],
    trials: Sequence[int],
    front: Sequence[int],
    objectives: Sequence[str],
    limits: Sequence[Limits | None],
) -> Figure:
    """Draws a chart for each pair of objectives.

    Args:
        values: for each trial, its value in each of O objectives.
        trials: their numbers.
        front: numbers of those on the Pareto front.
        objectives: O names.
        limits: the part of each objective to be shown on a vertical axis, the rest at its edge.
    """
    pairs = list(combinations(range(len(objectives)), 2))
    columns = min(2, len(pairs))
    rows = math.ceil(len(pairs) / columns)
    figure = empty_figure(4.2 * rows)
    for i, (first, second) in enumerate(pairs):
        axes = figure.add_subplot(rows, columns, i + 1)
        for chosen, name, size, label in (
            (False, "complete", 24, "beaten"),
            (True, "best", 44, "on the Pareto front"),
        ):
            points = sorted(
                (row[first], row[second], trial)
                for row, trial in zip(values, trials, strict=True)
                if (trial in front) == chosen
            )
            style = {"s": size, "color": LIGHT[name], "alpha": 0.85}
            scatter(axes, points, limits[second], **style, label=label if i == 0 else "_")
            if chosen and len(objectives) == 2:  # of more, the line would zigzag
                x, y, _ = zip(*points, strict=True)
                axes.plot(x, y, color=LIGHT[name], linestyle=":", linewidth=1.3)
        tidy(axes, objectives[first], objectives[second])
        show_part(axes, limits[second])
    add_legend(figure, 2)
    return figure
