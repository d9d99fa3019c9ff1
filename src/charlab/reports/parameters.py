"""Axes for what a sweep searches: numbers (perhaps in factors) or categories."""

import math
import re
from collections.abc import Sequence
from typing import Any

from charlab.figures.axis import Axis, robust_limits
from charlab.reports.formatting import NOTHING, is_number, setting, short_names
from charlab.sweeps.results.records import SweepResults, TrialResult

_TAGS = re.compile(r"\btag\(([^()]*)\(")  # "tag(log, interval(1e-4, 1e-1))": "log, interval"


def usable(results: SweepResults) -> list[TrialResult]:
    """Complete trials whose every objective is a number."""
    return [
        trial
        for trial in results.of_state("complete")
        if trial.values is not None and all(math.isfinite(value) for value in trial.values)
    ]


def column(results: SweepResults, objective: int) -> list[float]:
    """The usable trials' values of an objective."""
    return [trial.values[objective] for trial in usable(results) if trial.values is not None]


def higher(results: SweepResults, objective: int) -> bool:
    """Whether an objective is to rise."""
    return results.directions[objective] == "maximize"


def parameter_names(results: SweepResults) -> list[str]:
    """What was searched, in the order of the search space; then what trials have besides."""
    found = {name for trial in results.trials for name in trial.parameters}
    return [name for name in results.space if name in found] + sorted(found - set(results.space))


class Parameter:
    """One searched setting: its axis, and where trials lie on it.

    Args:
        name: the setting's.
        label: what charts call it.
        space: what is searched, in Hydra's syntax.
        trials: the trials to be shown; some may lack the setting.
    """

    def __init__(self, name: str, label: str, space: str, trials: Sequence[TrialResult]) -> None:
        self.name = name
        values = [trial.parameters[name] for trial in trials if name in trial.parameters]
        numeric = bool(values) and all(is_number(value) for value in values)
        # Numbers to choose from (64, 128, 512) are read best when they stand side by side.
        partial = len(values) < len(trials)
        if not numeric or space.strip().startswith("choice("):
            categories = _categories(values, numeric=numeric)
            last = max(0, len(categories) - 1)
            self.axis = Axis(label, 0, last, categories=categories, partial=partial)
        else:
            self.axis = Axis(
                label,
                low=float(min(values)),
                high=float(max(values)),
                log=_is_logarithmic(space) and min(values) > 0,
                whole=all(isinstance(value, int) for value in values),
                partial=partial,
            )

    def position(self, trial: TrialResult) -> float | None:
        """Where a trial lies: a number, or its category's index; None if it lacks the setting."""
        if self.name not in trial.parameters:
            return None
        value, categories = trial.parameters[self.name], self.axis.categories
        return float(categories.index(setting(value)) if categories else value)


def parameters(results: SweepResults, trials: Sequence[TrialResult]) -> list[Parameter]:
    """What was searched, as far as any of the trials has it."""
    names = parameter_names(results)
    labels = short_names(names)
    return [
        Parameter(name, labels[name], results.space.get(name, ""), trials)
        for name in names
        if any(name in trial.parameters for trial in trials)
    ]


def objective_axis(label: str, values: Sequence[float], *, higher: bool) -> Axis:
    """An axis for an objective; values far worse than the rest are drawn at its end."""
    limits = robust_limits(values, higher=higher)
    if limits is None:
        return Axis(label, min(values), max(values))
    return Axis(label, *limits, clamped="low" if higher else "high")


def parameter_text(trial: TrialResult, name: str) -> str:
    """A trial's value for a table."""
    return setting(trial.parameters[name]) if name in trial.parameters else NOTHING


def _categories(values: list[Any], *, numeric: bool) -> tuple[str, ...]:
    ordered = sorted(values) if numeric else sorted(values, key=setting)
    return tuple(dict.fromkeys(setting(value) for value in ordered))


def _is_logarithmic(space: str) -> bool:
    found = _TAGS.search(space)
    return found is not None and "log" in [tag.strip() for tag in found[1].split(",")]
