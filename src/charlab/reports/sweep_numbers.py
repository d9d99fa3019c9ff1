"""What the charts of a sweep show, as plain numbers."""

import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from charlab.figures.sweep_history import History
from charlab.reports.parameters import column, higher, usable
from charlab.sweeps.results.records import SweepResults, TrialResult


def history(results: SweepResults, objective: int = 0) -> History:
    """How an objective went over the sweep."""
    numbers = [trial.number for trial in usable(results)]
    values = column(results, objective)
    best = accumulate(values, max if higher(results, objective) else min)
    pruned = [
        (trial.number, last[1])
        for trial in results.of_state("pruned")
        if (last := last_point(trial)) is not None and len(results.objectives) == 1
    ]
    complete = list(zip(numbers, values, strict=True))
    return History(complete, pruned, list(zip(numbers, best, strict=True)))


def curve(trial: TrialResult) -> list[tuple[int, float]]:
    """A trial's learning curve, without points that are no numbers."""
    return [(seen, value) for seen, value in trial.curve if math.isfinite(value)]


def last_point(trial: TrialResult) -> tuple[int, float] | None:
    """The end of a trial's learning curve; None if it has none."""
    points = curve(trial)
    return points[-1] if points else None


def ranks(values: Sequence[float], *, higher: bool) -> list[float]:
    """Each value's rank, from 0 (the worst) to 1 (the best); equal values share theirs."""
    distinct, places = np.unique(values, return_inverse=True)
    from_lowest = places / max(1, len(distinct) - 1)
    return list((from_lowest if higher and len(distinct) > 1 else 1 - from_lowest).tolist())


def pareto_front(results: SweepResults) -> list[TrialResult]:
    """Complete trials that no other beats in one objective without losing in another."""
    signs = [-1 if higher(results, i) else 1 for i in range(len(results.objectives))]
    trials = usable(results)
    costs = np.array([trial.values for trial in trials]).reshape(-1, len(signs)) * signs
    beaten = [((costs <= own).all(axis=1) & (costs < own).any(axis=1)).any() for own in costs]
    order = sorted(range(len(trials)), key=lambda i: (costs[i].tolist(), trials[i].number))
    return [trials[i] for i in order if not beaten[i]]
