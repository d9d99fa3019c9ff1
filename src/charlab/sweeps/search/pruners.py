"""Who gives trials up: Optuna's pruners by name, and one that ranks a trial among all others.

Their steps are characters of training, in whole multiples of the sweep's unit.
"""

import binascii
import math
from collections.abc import Iterator
from typing import Any

import optuna
from optuna import pruners
from optuna.trial import FrozenTrial

from charlab.sweeps.search.spec import SweepSpec


def build_pruner(spec: SweepSpec) -> pruners.BasePruner:
    """What gives trials up."""
    spared = spec.warmup * spec.unit + 1 if spec.warmup else 0
    median = pruners.MedianPruner(n_startup_trials=spec.startup_trials, n_warmup_steps=spared)
    first = max(1, spec.warmup) * spec.unit
    if spec.pruner == "top":
        return TopPruner(spec.percentile, spec.unit, spec.warmup, spec.startup_trials)
    if spec.pruner == "median":
        return median
    if spec.pruner == "percentile":
        return pruners.PercentilePruner(
            spec.percentile, n_startup_trials=spec.startup_trials, n_warmup_steps=spared
        )
    if spec.pruner == "patient":
        return pruners.PatientPruner(median, patience=spec.patience)
    if spec.pruner == "successive_halving":
        return pruners.SuccessiveHalvingPruner(
            min_resource=first, reduction_factor=spec.reduction_factor
        )
    if spec.pruner == "hyperband":
        return _Hyperband(
            min_resource=first,
            max_resource=max(first, spec.full) if spec.full else "auto",
            reduction_factor=spec.reduction_factor,
        )
    return pruners.NopPruner()


class TopPruner(pruners.BasePruner):
    """Keeps a trial while it is among the best of all trials after as much training.

    After n units of training a trial has to be among the best 1/n of all trials, until that share
    has come down to ``percentile``, where it stays. So training goes to trials as in successive
    halving (Jamieson & Talwalkar 2016; asynchronously Li et al. 2020), but in steps of one unit
    instead of factors: early figures, which say little, end only what is far behind.

    A trial is compared with every other that trained as long, running ones included, and with
    those that were pruned before, which count as worse. Against complete trials alone (Optuna's
    median and percentile) nothing ends before some are complete; and against those that came as
    far alone, each comparison would halve what the one before had left.

    Args:
        percentile: the share, in percent, that goes on to the end, 0 to 100.
        unit: characters of training between two comparisons.
        warmup: units of training before a trial may be pruned.
        startup_trials: so many others have to have come as far, or been pruned before.
    """

    def __init__(self, percentile: float, unit: int, warmup: int, startup_trials: int) -> None:
        self._share = percentile / 100
        self._unit = unit
        self._warmup = warmup
        self._startup_trials = startup_trials

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether the trial is to end at its last report."""
        step = trial.last_step
        if step is None or step <= self._warmup * self._unit:
            return False
        sign = -1.0 if study.direction.name == "MAXIMIZE" else 1.0
        own = _best(trial, step, sign)
        if math.isinf(own) and own > 0:  # it measured nothing that is a number
            return True
        others = list(_others(study, trial, step, sign))
        if len(others) < self._startup_trials:
            return False
        units = max(1, round(step / self._unit))
        places = max(1, math.ceil(max(self._share, 1 / units) * (len(others) + 1)))
        return sum(value < own for value in others) >= places


def _others(study: optuna.Study, trial: FrozenTrial, step: int, sign: float) -> Iterator[float]:
    """What the other trials had reached by a step (lower is better); infinity of those pruned
    before it."""
    for other in study.get_trials(deepcopy=False):
        if other.number == trial.number or other.last_step is None:
            continue
        if other.last_step >= step:
            yield _best(other, step, sign)
        elif other.state.name == "PRUNED":
            yield math.inf


def _best(trial: FrozenTrial, step: int, sign: float) -> float:
    values = [sign * v for at, v in trial.intermediate_values.items() if at <= step]
    return min((value for value in values if not math.isnan(value)), default=math.inf)


class _Hyperband(pruners.HyperbandPruner):
    """Deals trials to brackets by their numbers alone.

    Optuna's own also hashes the study's name, so that a sweep would go otherwise under
    another name.
    """

    def _get_bracket_id(self, study: Any, trial: Any) -> int:
        if not self._pruners:
            return 0
        assert self._n_brackets is not None
        share = binascii.crc32(str(trial.number).encode()) % self._total_trial_allocation_budget
        for bracket, budget in enumerate(self._trial_allocation_budgets):
            share -= budget
            if share < 0:
                return bracket
        return self._n_brackets - 1
