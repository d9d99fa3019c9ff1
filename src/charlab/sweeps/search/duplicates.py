"""Trials whose settings an earlier trial had: its result is told again, or another point drawn."""

from collections.abc import Callable, Sequence
from typing import Any

import optuna
from optuna.trial import FrozenTrial, Trial

from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.search.study import build_sampler

SAME_AS = "same settings as"  # attribute of a trial: the earlier one whose result it takes over
_DRAWS = 50
_STRIDE = 1_000_003  # between the seeds of two draws for one trial: no other trial has them


def earlier_twin(
    trials: Sequence[FrozenTrial], number: int, arguments: list[str], attribute: str
) -> FrozenTrial | None:
    """The first trial before this one with the same settings that is done or under way."""
    for trial in trials[:number]:
        attributes = trial.user_attrs
        if trial.state.name in ("COMPLETE", "PRUNED", "RUNNING") and (
            attributes.get(attribute) == arguments and attributes.get(SAME_AS) is None
        ):
            return trial
    return None


def waits_for_twin(trial: FrozenTrial, trials: Sequence[FrozenTrial]) -> bool:
    """Whether a trial's result is another's that is not there yet."""
    twin = trial.user_attrs.get(SAME_AS)
    return twin is not None and not trials[twin].state.is_finished()


def copy_measurements(study: optuna.Study, trial_id: int, twin: FrozenTrial) -> None:
    """Gives a trial what its twin measured, but for the time that it took."""
    for step, value in twin.intermediate_values.items():
        study._storage.set_trial_intermediate_value(trial_id, step, value)
    metrics: dict[str, float] = twin.user_attrs.get("figures", {})
    own = {name: value for name, value in metrics.items() if not name.startswith("time/")}
    study._storage.set_trial_user_attr(trial_id, "figures", own)


def redraw(
    study: optuna.Study,
    spec: SweepSpec,
    trial: Trial,
    attribute: str,
    choose: Callable[[SweepSpec, Any], list[str]],
) -> None:
    """Settles a trial's settings on such as no other had, if some are found.

    Settings once suggested are the trial's for good, so they are drawn in a copy of the study.
    """
    if trial._fixed_params or trial.params or spec.sampler == "grid":
        return
    others = [t for t in study.get_trials(deepcopy=False) if t.number != trial.number]
    tried = [t.user_attrs.get(attribute) for t in others]
    copy = optuna.create_study(directions=study.directions)
    copy.add_trials([t for t in others if t.state.name != "WAITING"])
    for draw in range(_DRAWS):
        wanted = spec.sampler if draw < _DRAWS // 2 else "random"
        copy.sampler = build_sampler(spec, trial.number + draw * _STRIDE, wanted)
        candidate = copy.ask()
        try:
            arguments = choose(spec, candidate)
        except Exception:  # refused: the trial itself will say so
            return
        if arguments not in tried:
            fixed = dict(candidate.params)
            study._storage.set_trial_system_attr(trial._trial_id, "fixed_params", fixed)
            trial._fixed_params = fixed
            return
