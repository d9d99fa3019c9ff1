"""What pruning saved: an estimate of the training that given-up trials were spared."""

from dataclasses import dataclass
from statistics import median

from charlab.reports.sweep_numbers import last_point
from charlab.sweeps.results.records import SweepResults, TrialResult


@dataclass(frozen=True)
class Savings:
    """The estimate. Trials that took over another's result trained nothing and saved nothing.

    Attributes:
        pruned: how many trials were pruned.
        counted: of how many of them the saving could be estimated.
        spent: seconds that all trials trained.
        saved: seconds that the counted trials would have trained on.
        spent_characters: characters that all trials were trained on.
        saved_characters: characters that the counted trials would have been trained on.
    """

    pruned: int
    counted: int
    spent: float
    saved: float
    spent_characters: float
    saved_characters: float

    @property
    def share(self) -> float:
        """The part of the time without pruning that was saved, from 0 to 1."""
        return _share(self.spent, self.saved)

    @property
    def share_of_characters(self) -> float:
        """The part of the characters without pruning that was saved, from 0 to 1."""
        return _share(self.spent_characters, self.saved_characters)


def _share(spent: float, saved: float) -> float:
    return saved / (spent + saved) if spent + saved else 0.0


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
    shares = [(trial, _share_done(trial, full)) for trial in pruned if trial.seconds is not None]
    counted = [(trial, share) for trial, share in shares if share is not None]
    trained = [trial for trial in results.trials if trial.seconds is not None]
    return Savings(
        len(pruned),
        len(counted),
        spent=sum(trial.seconds or 0.0 for trial in trained),
        saved=sum((t.seconds or 0.0) * (1 / share - 1) for t, share in counted),
        spent_characters=sum(map(_characters, trained)),
        saved_characters=sum(_characters(t) * (1 / share - 1) for t, share in counted),
    )


def _share_done(trial: TrialResult, full: float | None) -> float | None:
    """How much of its full training a pruned trial did; None if that is not known."""
    share = trial.limit_share
    if share is None and full and (last := last_point(trial)):
        share = min(1.0, last[0] / full)
    return share if share is not None and 0 < share <= 1 else None


def _characters(trial: TrialResult) -> float:
    last = last_point(trial)
    return trial.metrics.get("progress/characters", last[0] if last else 0.0)
