"""Who gives trials up: Optuna's pruners by name.

Their steps are characters of training, in whole multiples of the sweep's unit.
"""

import binascii
from typing import Any

from optuna import pruners

from charlab.sweeps.search.spec import SweepSpec


def build_pruner(spec: SweepSpec) -> pruners.BasePruner:
    """What gives trials up."""
    spared = spec.warmup * spec.unit + 1 if spec.warmup else 0
    median = pruners.MedianPruner(n_startup_trials=spec.startup_trials, n_warmup_steps=spared)
    first = max(1, spec.warmup) * spec.unit
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
