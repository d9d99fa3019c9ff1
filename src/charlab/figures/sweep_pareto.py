"""Objectives against each other, with the Pareto front, as a picture."""

import math
from collections.abc import Sequence
from itertools import combinations

from matplotlib.figure import Figure

from charlab.figures.sweeps import BEST, COMPLETE, new_figure, tidy


def pareto_figure(
    values: Sequence[Sequence[float]], front: Sequence[bool], objectives: Sequence[str]
) -> Figure:
    """Draws a chart for each pair of objectives.

    Args:
        values: for each trial, its value in each of O objectives.
        front: whether each trial is on the Pareto front.
        objectives: O names.
    """
    pairs = list(combinations(range(len(objectives)), 2))
    columns = min(2, len(pairs))
    rows = math.ceil(len(pairs) / columns)
    figure = new_figure(5.6 * columns, 4.2 * rows)
    for i, (first, second) in enumerate(pairs):
        axes = figure.add_subplot(rows, columns, i + 1)
        for chosen, color, size, label in (
            (False, COMPLETE, 24, "beaten"),
            (True, BEST, 44, "on the Pareto front"),
        ):
            points = sorted(
                (row[first], row[second])
                for row, is_front in zip(values, front, strict=True)
                if is_front == chosen
            )
            if not points:
                continue
            x, y = zip(*points, strict=True)
            axes.scatter(x, y, s=size, color=color, alpha=0.85, label=label if i == 0 else "_")
            if chosen and len(objectives) == 2:
                axes.plot(x, y, color=color, linestyle=":", linewidth=1.3)
        tidy(axes, objectives[first], objectives[second])
    figure.legend(loc="outside upper left", ncols=2, frameon=False)
    return figure
