"""The curves of a run, kept in its checkpoints: what its folder's figures are drawn from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from charlab.errors import CheckpointError
from charlab.runs.checkpoint import load, named
from charlab.runs.folder import LAST

_MOST = 1000  # points of a curve

Point = dict[str, float]
"""Metrics by name with their place: the "epochs" and the optimizer "step" that were done, and the
"steps" that they are means over."""


class History:
    """What training and validation measured.

    Attributes:
        train, val: points in order; of very many, neighbours are averaged.
    """

    def __init__(self) -> None:
        self.train: list[Point] = []
        self.val: list[Point] = []

    def add(self, split: str, point: Point) -> None:
        """Takes note of a measurement of "train" or "val"."""
        setattr(self, split, thinned([*getattr(self, split), point], _MOST))

    def to_plain(self) -> dict[str, list[Point]]:
        """For a checkpoint."""
        return {split: list(points) for split, points in vars(self).items()}

    def load(self, plain: Any) -> None:
        """Takes up what :meth:`to_plain` gave; None (of an older checkpoint) is an empty history.

        Raises:
            CheckpointError, TypeError: if it is something else.
        """
        for split, points in named(plain or {}, list).items():
            valid = [named(point, int | float) for point in points]
            placed = all({"epochs", "step", "steps"} <= point.keys() for point in valid)
            if split not in vars(self) or not placed:
                raise CheckpointError(f"what should be the run's history of {split} is none")
            setattr(self, split, valid)


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many points: neighbours are averaged by the steps they stand for."""
    while len(points) > most:
        pairs = [points[i : i + 2] for i in range(0, len(points), 2)]
        points = [_mean(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return list(points)


def _mean(first: Point, second: Point) -> Point:
    a, b = first["steps"], second["steps"]
    shared = [name for name in first if name in second]
    means = {name: (a * first[name] + b * second[name]) / max(1, a + b) for name in shared}
    return {**means, "epochs": second["epochs"], "step": second["step"], "steps": a + b}


def read_history(path: Path) -> tuple[History, int | None]:
    """The history of a whole run, and the optimizer step of its best checkpoint, if it has one.

    Args:
        path: one of its checkpoints; the last one beside it knows most.

    Raises:
        CheckpointError: if there is one that cannot be read.
    """
    last = path.with_name(LAST)
    training = load(last if last.exists() else path).training
    history = History()
    history.load(training.get("history"))
    best = training.get("best") or {}
    return history, best.get("step")
