"""What pruning saved: an estimate of the training that given-up trials were spared."""

from dataclasses import dataclass
from statistics import median

from charlab.reports.sweep_numbers import last_point
from charlab.sweeps.results.records import SweepResults, TrialResult


@dataclass(frozen=True)
class Savings:
    """The estimate.

    Attributes:
        pruned: how many trials were pruned.
        counted: of how many of them the saving could be estimated.
        spent: seconds that all trials trained.
        saved: seconds that the counted trials would have trained on.
    """

    pruned: int
    counted: int
    spent: float
    saved: float

    @property
    def share(self) -> float:
        """The part of training without pruning that was saved, from 0 to 1."""
        whole = self.spent + self.saved
        return self.saved / whole if whole else 0.0


def estimate_savings(results: SweepResults) -> Savings | None:
    """What pruning saved; None if no trial was pruned.

    A trial that did a share of its full training in some seconds would have taken seconds / share
    in all. Where the share was not recorded, it is the characters the trial saw against the median
    of the complete trials.
    """
    pruned = results.of_state("pruned")
    if not pruned:
        return None
    ends = [last[0] for trial in results.of_state("complete") if (last := last_point(trial))]
    full = median(ends) if ends else None
    saved = [value for trial in pruned if (value := _saved(trial, full)) is not None]
    spent = sum(trial.seconds or 0.0 for trial in results.trials)
    return Savings(len(pruned), len(saved), spent, sum(saved))


def _saved(trial: TrialResult, full: float | None) -> float | None:
    share = trial.limit_share
    if share is None and full and (last := last_point(trial)):
        share = min(1.0, last[0] / full)
    if trial.seconds is None or not share or not 0 < share <= 1:
        return None
    return trial.seconds / share - trial.seconds
