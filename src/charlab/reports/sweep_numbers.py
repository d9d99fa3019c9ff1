"""What the charts of a sweep show, as plain numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean
from typing import Any

import numpy as np

from charlab.evaluation.confidence import Interval, mean_interval
from charlab.figures.sweep_history import History
from charlab.reports.parameters import column, higher, usable
from charlab.sweeps.results.records import SweepResults, TrialResult

SEED = "seed"


def history(results: SweepResults, objective: int = 0) -> History:
    """How an objective went over the sweep."""
    numbers = [trial.number for trial in usable(results)]
    values = column(results, objective)
    best = accumulate(values, max if higher(results, objective) else min)
    pruned = [(trial.number, value) for trial, value in last_values(results)]
    complete = list(zip(numbers, values, strict=True))
    return History(complete, pruned, list(zip(numbers, best, strict=True)))


@dataclass(frozen=True)
class SeedGroup:
    """Complete trials that differ in nothing but their seeds.

    Attributes:
        trials: theirs, one for each seed.
        values: the objective, trial by trial.
        interval: their mean and 95% interval.
    """

    trials: tuple[TrialResult, ...]
    values: tuple[float, ...]
    interval: Interval


def seed_groups(results: SweepResults) -> list[SeedGroup]:
    """A sweep's trials by their settings, best mean first; empty where no seed was searched.

    Of trials with equal settings and seed the last counts.
    """
    by_seed: dict[str, dict[Any, tuple[TrialResult, float]]] = {}
    for trial, value in zip(usable(results), column(results, 0), strict=True):
        settings = {name.lstrip("+"): setting for name, setting in trial.parameters.items()}
        seed = settings.pop(SEED, None)
        by_seed.setdefault(str(sorted(settings.items())), {})[seed] = (trial, value)
    if all(len(group) == 1 for group in by_seed.values()):
        return []
    groups = []
    for group in by_seed.values():
        trials, values = zip(*group.values(), strict=True)
        groups.append(SeedGroup(trials, values, mean_interval(values)))
    sign = -1 if higher(results, 0) else 1
    return sorted(groups, key=lambda one: sign * one.interval.mean)


def seed_spread(results: SweepResults) -> float | None:
    """The standard deviation of the objective over seeds, of trials that differ in nothing else.

    It is pooled over all such trials; None where the seed was not searched.
    """
    groups = [group.values for group in seed_groups(results)]
    freedom = sum(len(values) - 1 for values in groups)
    squares = sum((value - fmean(values)) ** 2 for values in groups for value in values)
    return math.sqrt(squares / freedom) if freedom else None


def curve(trial: TrialResult) -> list[tuple[int, float]]:
    """A trial's learning curve, without points that are no numbers."""
    return [(seen, value) for seen, value in trial.curve if math.isfinite(value)]


def last_point(trial: TrialResult) -> tuple[int, float] | None:
    """The end of a trial's learning curve; None if it has none."""
    points = curve(trial)
    return points[-1] if points else None


def last_values(results: SweepResults) -> list[tuple[TrialResult, float]]:
    """Pruned trials with the last value that each reported of a single objective."""
    if len(results.objectives) > 1:
        return []
    ends = [(trial, last_point(trial)) for trial in results.of_state("pruned")]
    return [(trial, last[1]) for trial, last in ends if last is not None]


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
