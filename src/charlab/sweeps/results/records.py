"""What a sweep found, as plain records: what reports and tables are made from."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlab.evaluation.confidence import mean_interval
from charlab.system.entry_point import command_line
from charlab.system.words import counted

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class TrialResult:
    """One trial.

    Attributes:
        number: its number, and its folder's name.
        state: "complete", "pruned", "failed", "running", "waiting", or "died": nobody works
            on it any more, and the sweep takes it up when it goes on.
        parameters: setting -> value, of the settings that are searched.
        values: a value for each objective; None where there is none (yet).
        curve: (characters seen, value of the objective) at each report; empty with several
            objectives.
        arguments: the overrides that repeat its run.
        reason: why it failed or was pruned; None otherwise.
        seconds: seconds spent in training, None if unknown.
        begun, ended: when; None if it has not.
        folder: its run's folder; None if it is not on this machine.
        metrics: what its run measured, keys as in ``metrics.json``.
        limit_share: how much of its full training it did, from 0 to 1; None if unknown.
    """

    number: int
    state: str
    parameters: dict[str, Any]
    values: tuple[float, ...] | None
    curve: tuple[tuple[int, float], ...]
    arguments: tuple[str, ...]
    reason: str | None = None
    seconds: float | None = None
    begun: datetime | None = None
    ended: datetime | None = None
    folder: Path | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    limit_share: float | None = None

    @property
    def command(self) -> str:
        """The command line that repeats this trial as an ordinary run."""
        return command_line("train", *self.arguments)


@dataclass(frozen=True)
class Finalist:
    """One of a sweep's best configurations, trained again in full with several seeds.

    Attributes:
        trial: the number of the trial that found it.
        arguments: the overrides that repeat it (without ``seed=``).
        values: the objective by seed, of the runs that are complete.
        metrics: the runs' metrics by seed.
        folders: the runs' folders by seed, of those that are on this machine.
    """

    trial: int
    arguments: tuple[str, ...]
    values: dict[int, float]
    metrics: dict[int, dict[str, float]]
    folders: dict[int, Path] = field(default_factory=dict)

    def summary(self, objective: str) -> str:
        """Mean and 95% interval over seeds, in words."""
        if not self.values:
            return "no run is complete"
        interval = mean_interval(list(self.values.values()))
        spread = "" if interval.half is None else f" ± {interval.half:.4f}"
        return f"{objective} {interval.mean:.4f}{spread} (95%, {counted(interval.count, 'seed')})"


@dataclass(frozen=True)
class SweepResults:
    """A whole sweep, finished or not.

    Attributes:
        name: the sweep's.
        folder: where it lives ("outputs/sweeps/NAME").
        objectives: one metric or several ("val/loss").
        directions: "minimize" or "maximize" for each.
        n_trials: how many trials it is to have in total.
        sampler, pruner, seed: as configured.
        space: setting -> what was searched, in Hydra's own syntax.
        fixed: the overrides that all trials share.
        trials: by number.
        finalists: best first; empty if none were asked for.
        study: Optuna's own view of the same, for importances and the like.
        words: what was typed to start it, after "train"; () of a sweep of an earlier version.
    """

    name: str
    folder: Path
    objectives: tuple[str, ...]
    directions: tuple[str, ...]
    n_trials: int
    sampler: str
    pruner: str
    seed: int
    space: dict[str, str]
    fixed: tuple[str, ...]
    trials: tuple[TrialResult, ...]
    finalists: tuple[Finalist, ...]
    study: "optuna.Study"
    words: tuple[str, ...] = ()

    def of_state(self, state: str) -> list[TrialResult]:
        """The trials that are in a state."""
        return [trial for trial in self.trials if trial.state == state]

    def ranked(self) -> list[TrialResult]:
        """Complete trials, best first; of a sweep with one objective."""
        sign = -1.0 if self.directions[0] == "maximize" else 1.0
        complete = [trial for trial in self.of_state("complete") if trial.values is not None]
        return sorted(complete, key=lambda trial: (sign * trial.values[0], trial.number))  # type: ignore[index]

    def command(self, **settings: object) -> str | None:
        """The command line that goes on with it, with other settings of the sweep itself.

        Without any it is the same command as before; None if that is not known.
        """
        changed = tuple(f"sweep.{name}=" for name in settings)
        kept = [word for word in self.words if not word.lstrip("+").startswith(changed)]
        added = [f"sweep.{name}={value}" for name, value in settings.items()]
        return command_line("train", *kept, *added) if self.words else None

    @property
    def best(self) -> TrialResult | None:
        """The best complete trial of a sweep with one objective; None if there is none."""
        ranked = self.ranked() if len(self.objectives) == 1 else []
        return ranked[0] if ranked else None
