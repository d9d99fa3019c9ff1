"""What the charts of a sweep show, as plain numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from charlab.reports.parameters import higher, usable
from charlab.sweeps.results.records import SweepResults, TrialResult


@dataclass(frozen=True)
class History:
    """An objective over a sweep's trials.

    Attributes:
        complete: (trial number, value) of complete trials.
        pruned: (trial number, last value reported) of those that were pruned.
        best: (trial number, best value so far), a point for each complete trial.
    """

    complete: list[tuple[int, float]]
    pruned: list[tuple[int, float]]
    best: list[tuple[int, float]]


def history(results: SweepResults, objective: int = 0) -> History:
    """How an objective went over the sweep."""
    choose = max if higher(results, objective) else min
    complete: list[tuple[int, float]] = []
    best: list[tuple[int, float]] = []
    for trial in usable(results):
        assert trial.values is not None
        value = trial.values[objective]
        complete.append((trial.number, value))
        best.append((trial.number, choose(value, best[-1][1]) if best else value))
    pruned = [
        (trial.number, last[1])
        for trial in results.of_state("pruned")
        if (last := last_point(trial)) is not None and len(results.objectives) == 1
    ]
    return History(complete, pruned, best)


def curve(trial: TrialResult) -> list[tuple[int, float]]:
    """A trial's learning curve, without points that are no numbers."""
    return [(seen, value) for seen, value in trial.curve if math.isfinite(value)]


def last_point(trial: TrialResult) -> tuple[int, float] | None:
    """The end of a trial's learning curve; None if it has none."""
    points = curve(trial)
    return points[-1] if points else None


def ranks(values: Sequence[float], *, higher: bool) -> list[float]:
    """Each value's rank, from 0 (the worst) to 1 (the best); equal values share theirs."""
    ordered = sorted(set(values), reverse=not higher)
    if len(ordered) < 2:
        return [1.0] * len(values)
    return [ordered.index(value) / (len(ordered) - 1) for value in values]


def pareto_front(results: SweepResults) -> list[TrialResult]:
    """Complete trials that no other beats in one objective without losing in another."""
    signs = [-1 if higher(results, i) else 1 for i in range(len(results.objectives))]
    trials = usable(results)
    costs = [
        tuple(sign * value for sign, value in zip(signs, trial.values or (), strict=True))
        for trial in trials
    ]
    front = [
        (cost, trial)
        for cost, trial in zip(costs, trials, strict=True)
        if not any(_dominates(other, cost) for other in costs)
    ]
    return [trial for _, trial in sorted(front, key=lambda pair: (pair[0], pair[1].number))]


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
