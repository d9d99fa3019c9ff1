"""The learning curves of one run, from what its checkpoints keep."""

import math
from collections.abc import Sequence
from typing import Any

from charlab.figures.run_curves import Curves
from charlab.runs.history import History, Point, thinned
from charlab.tasks.task import Task

_POINTS = 120  # of a curve; more only make it rough


def curves_of(
    task: Task[Any], history: History, best_step: int | None, names: Sequence[str]
) -> list[Curves]:
    """Metrics over epochs; those that nothing was measured of are left out.

    Args:
        task: what was trained.
        history: what training and validation measured.
        best_step: the optimizer step of the best checkpoint; None: not known.
        names: of the metrics.
    """
    train = [
        {**point, **task.training_metrics(point["loss"])}
        for point in thinned(history.train, _POINTS)
    ]
    # of very many validations neighbours are averaged: such a mean is not the best one's figure
    best = [p for p in history.val if p["step"] == best_step and p["steps"] == 1]
    rising = {metric.name for metric in task.options.metrics if metric.higher_is_better}
    curves = [
        Curves(
            metric=name,
            train=_places(train, name),
            val=_places(history.val, name),
            best=next(iter(_places(best, name)), None),
            rises=name in rising,
        )
        for name in names
    ]
    return [curve for curve in curves if curve.train or curve.val]


def title_of(task: Task[Any]) -> str:
    """What was trained on what, in a few words."""
    options = task.run
    return f"{options.task.name} · {options.dataset.name} · {options.model.name}"


def _places(points: Sequence[Point], name: str) -> list[tuple[float, float]]:
    """Where a metric is to be drawn; a perplexity may be too large for a number."""
    return [
        (point["epochs"], point[name])
        for point in points
        if math.isfinite(point.get(name, math.nan))
    ]
