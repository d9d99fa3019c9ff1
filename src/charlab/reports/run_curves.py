"""Training and validation curves of compared runs, over steps, characters and seconds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from charlab.reports.event_curves import read_curve
from charlab.reports.run_records import RunFacts

Points = list[tuple[float, float]]

PLACES = {
    "steps": "optimizer steps",
    "characters": "characters trained on",
    "seconds": "seconds of training",
}
"""What a curve may go over, and what the axis is called."""

_NOTED = {"characters": "train/characters", "seconds": "train/seconds"}  # curves
_IN_ALL = {"characters": "progress/characters", "seconds": "time/train_seconds"}  # of metrics.json
_STEPS = "progress/steps"
_MOST = 200  # points of a line; of more, neighbours are averaged


@dataclass(frozen=True)
class RunCurves:
    """A run's curves of one metric; where something is not known they are empty.

    Attributes:
        validation, training: (optimizer step, value) pairs.
        progress: by place: (optimizer step, how far the run was then) pairs, from the beginning.
    """

    validation: Points
    training: Points
    progress: Mapping[str, Points]

    def over(self, place: str) -> tuple[Points, Points]:
        """Validation and training over a place of :data:`PLACES`."""
        if place == "steps":
            return self.validation, self.training
        if len(self.progress[place]) < 2:
            return [], []
        steps, there = zip(*self.progress[place], strict=True)

        def moved(points: Points) -> Points:
            return [(float(np.interp(step, steps, there)), value) for step, value in points]

        return moved(self.validation), moved(self.training)


def metric_of_curves(metric: str) -> str:
    """The curve that answers to a figure ("test/loss", "best/val/loss": "val/loss")."""
    name = metric.removeprefix("best/")
    return f"val/{name.removeprefix('test/')}" if name.startswith("test/") else name


def read_run_curves(run: RunFacts, metric: str) -> RunCurves:
    """A run's curves of what it is compared by, as far as its event files have them.

    How many characters and seconds a step stands for was noted at each validation; of a run of an
    earlier version only at its end: its steps are taken to be alike.
    """
    tag = metric_of_curves(metric)
    progress = {}
    for place, noted in _NOTED.items():
        known: dict[float, float] = {0: 0.0, **dict(read_curve(run.folder, noted))}
        if _STEPS in run.metrics and _IN_ALL[place] in run.metrics:
            known.setdefault(run.metrics[_STEPS], run.metrics[_IN_ALL[place]])
        progress[place] = sorted(known.items())
    is_validation = tag.startswith("val/")
    training = read_curve(run.folder, tag.replace("val/", "train/", 1)) if is_validation else []
    return RunCurves(_thinned(read_curve(run.folder, tag)), _thinned(training), progress)


def _thinned(points: Sequence[tuple[float, float]]) -> Points:
    """The points whose values are numbers, of many the means of neighbours."""
    points = [point for point in points if math.isfinite(point[1])]
    size = -(-len(points) // _MOST)
    parts = [points[i : i + size] for i in range(0, len(points), size or 1)]
    return [tuple(np.mean(part, axis=0).tolist()) for part in parts] if size > 1 else points
