"""The figures in a run's folder: its learning curves, and what its task draws of a split."""

import math
from pathlib import Path
from typing import Any

from charlab.evaluation.evaluate import Meter
from charlab.system.files import write_bytes
from charlab.training.history import Point, thinned
from charlab.training.session import Session

_POINTS = 120  # of a curve; more only make it rough


def write_run_figures(session: Session, folder: Path, test_meter: Meter | None) -> None:
    """Writes the figures; one that cannot be drawn costs a line.

    Args:
        session: the run at its end.
        folder: the run's.
        test_meter: what measured the test part; None: nothing did.
    """
    from charlab.figures import spare  # matplotlib takes half a second

    with spare("curves.png"):
        _write_curves(session, folder / "curves.png")
    task, meter = session.task, test_meter or session.module.best_meter
    if task.figure_name and meter is not None:
        name = f"{task.figure_name}.png"
        part = "test" if test_meter else "validation"
        with spare(name):
            figure = task.meter_figure(meter, f"{part} part, best checkpoint")
            _write(figure, folder / name)


def _write_curves(session: Session, path: Path) -> None:
    from charlab.figures.run_curves import Curves, run_curves_figure

    history, task = session.module.history, session.task
    train = [
        {**point, **task.training_metrics(point["loss"])}
        for point in thinned(history.train, _POINTS)
    ]
    best = [point for point in history.val if point["step"] == session.best.step]
    rising = {metric.name for metric in task.options.metrics if metric.higher_is_better}
    curves = [
        Curves(
            metric=name,
            train=_places(train, name),
            val=_places(history.val, name),
            best=next(iter(_places(best, name)), None),
            rises=name in rising,
        )
        for name in task.options.curves
    ]
    options = session.options
    title = f"{options.task.name} · {options.dataset.name} · {options.model.name}"
    if any(curve.train or curve.val for curve in curves):
        _write(run_curves_figure(curves, title), path)


def _places(points: list[Point], name: str) -> list[tuple[float, float]]:
    """Where a metric is to be drawn; a perplexity may be too large for a number."""
    return [
        (point["epochs"], point[name])
        for point in points
        if math.isfinite(point.get(name, math.nan))
    ]


def _write(figure: Any, path: Path) -> None:
    from charlab.figures import to_png

    write_bytes(path, to_png(figure))
