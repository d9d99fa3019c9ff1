"""How a process comes by a trial: one that a dead process left behind, or a new one."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, Trial

from charlab.sweeps.search.duplicates import (
    SAME_AS,
    copy_measurements,
    earlier_twin,
    redraw,
    waits_for_twin,
)
from charlab.sweeps.search.retries import patiently
from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.search.study import build_sampler
from charlab.sweeps.search.suggest import SpaceFunctionError, choose
from charlab.sweeps.workers.locks import Locks

# Attributes of a trial in the storage
OWNER = "owner"  # the process that works on it, as its supervisor calls it
IDENTITY = "identity"  # stands in its folder too
FORMER = "former owners"  # the processes that worked on it before
CRASHES = "crashes"  # processes that died working on it while their sweep lived
STALLS = "stalls"  # [last report, times it was taken over since]
RESULT = "result"  # how it ended, written before Optuna is told
REASON = "reason"  # why it failed or was pruned
WORDS = "words"  # the overrides of its run
GIVEN = "given words"  # the same, where nothing is to be chosen
OF = "of"  # the identity of the trial that it repeats
LABEL = "label"  # what it is called then

MAX_CRASHES = 3
MAX_STALLS = 10


@dataclass(frozen=True)
class Claimed:
    """A trial that is this process's own.

    Attributes:
        trial: Optuna's.
        arguments: the overrides of its run.
        owner: what this process is called.
        identity: what its folder is known by; None if an earlier version began it.
    """

    trial: Trial
    arguments: list[str]
    owner: str
    identity: str | None

    @property
    def is_mine(self) -> bool:
        """Whether no other process has taken it over since."""
        now = self.trial.study._storage.get_trial(self.trial._trial_id)
        return bool(now.user_attrs.get(OWNER) == self.owner)


def claim(
    study: optuna.Study, spec: SweepSpec, locks: Locks, n_trials: int, owner: str
) -> Claimed | None:
    """Takes a trial, while no other process can.

    Args:
        locks: its locks; the trial's is held when this returns it.

    Returns:
        None if there is nothing to do, now at least: others may be at work on the last trials.
    """

    def act() -> Claimed | None:
        with locks.alone():
            while True:
                trial = _orphan(study, spec, locks) or _next(study, spec, locks, n_trials)
                if trial is None:
                    return None
                try:
                    claimed = _settle(study, spec, trial, owner)
                except Exception:
                    locks.let_go(trial.number)
                    raise
                if claimed is not None:
                    return claimed
                locks.let_go(trial.number)

    return patiently(act)


def _orphan(study: optuna.Study, spec: SweepSpec, locks: Locks) -> Trial | None:
    """A trial whose process died, if it is to go on; others are closed."""
    trials = study.get_trials(deepcopy=False)
    for frozen in [trial for trial in trials if trial.state.name == "RUNNING"]:
        if waits_for_twin(frozen, trials) or not locks.take(frozen.number):
            continue
        frozen = study.get_trials(deepcopy=False)[frozen.number]  # it may have ended just now
        if not frozen.state.is_finished() and not _close(study, frozen):
            study.sampler = build_sampler(spec, frozen.number)  # for what it had not chosen yet
            return optuna.trial.Trial(study, frozen._trial_id)
        locks.let_go(frozen.number)
    return None


def _close(study: optuna.Study, frozen: FrozenTrial) -> bool:
    """Ends a trial that needs no more work: its process died before it could say so."""
    result = frozen.user_attrs.get(RESULT)
    if result is not None:
        tell(study, frozen.number, **result)
        return True
    crashes = frozen.user_attrs.get(CRASHES, 0)
    step = max(frozen.intermediate_values, default=0)
    before, stalls = frozen.user_attrs.get(STALLS, (step, 0))
    stalls = stalls + 1 if step == before else 1
    study._storage.set_trial_user_attr(frozen._trial_id, STALLS, [step, stalls])
    if crashes >= MAX_CRASHES or stalls >= MAX_STALLS:
        times = crashes if crashes >= MAX_CRASHES else stalls
        reason = frozen.user_attrs.get(REASON, "its process was killed")
        end(study, frozen._trial_id, "FAIL", None, f"{reason}, {times} times")
        return True
    return False


def _next(study: optuna.Study, spec: SweepSpec, locks: Locks, n_trials: int) -> Trial | None:
    trials = study.get_trials(deepcopy=False)
    waiting = [t for t in trials if t.state == optuna.trial.TrialState.WAITING]
    if not waiting and len(trials) >= n_trials:
        return None
    number = waiting[0].number if waiting else len(trials)
    # Before the trial is there: to whoever sees it, it would look as if its process had died.
    if not locks.take(number):  # impossible while alone
        raise AssertionError(f"trial {number} is new, and another process has it")
    study.sampler = build_sampler(spec, number)
    storage: Any = study._storage
    storage._backend.next_number = number  # Optuna keeps ours behind its cache
    try:
        return study.ask()
    except Exception:
        locks.let_go(number)
        raise
    finally:
        storage._backend.next_number = None


def _settle(study: optuna.Study, spec: SweepSpec, trial: Trial, owner: str) -> Claimed | None:
    """Chooses the trial's settings; an adopted one's come back as they were stored."""
    before = trial.user_attrs
    identity = before.get(IDENTITY)
    if OWNER in before:
        trial.set_user_attr(FORMER, [*before.get(FORMER, ()), before[OWNER]])
    elif identity is None:
        identity = uuid.uuid4().hex
        trial.set_user_attr(IDENTITY, identity)
    trial.set_user_attr(OWNER, owner)
    given = before.get(GIVEN)
    known = given or before.get(WORDS)
    try:
        if known is None and spec.duplicates == "redraw":
            redraw(study, spec, trial, WORDS, choose)
        arguments = known or choose(spec, trial)
    except optuna.TrialPruned as refusal:
        end(study, trial._trial_id, "PRUNED", None, str(refusal) or "the space's function says so")
        return None
    except SpaceFunctionError as error:
        end(study, trial._trial_id, "FAIL", None, str(error))
        return None
    trial.set_user_attr(WORDS, arguments)
    if given is None and spec.duplicates != "train" and _follows_twin(study, trial, arguments):
        return None
    return Claimed(trial, arguments, owner, identity)


def _follows_twin(study: optuna.Study, trial: Trial, arguments: list[str]) -> bool:
    """Whether an earlier trial's result is this one's too: told now, or once it is there."""
    twin = earlier_twin(study.get_trials(deepcopy=False), trial.number, arguments, WORDS)
    if twin is None:
        if trial.user_attrs.get(SAME_AS) is not None:  # that one failed
            trial.set_user_attr(SAME_AS, None)
        return False
    trial.set_user_attr(SAME_AS, twin.number)
    if twin.state.is_finished():
        copy_measurements(study, trial._trial_id, twin)
        values = twin.values if twin.state.name == "COMPLETE" else None
        end(study, trial._trial_id, twin.state.name, values, twin.user_attrs.get(REASON))
    return True


def end(
    study: optuna.Study,
    trial_id: int,
    state: str,
    values: list[float] | None,
    reason: str | None = None,
) -> None:
    """Notes how a trial ended, then tells Optuna: whoever dies in between is spoken for."""
    storage = study._storage
    with suppress(UpdateFinishedTrialError):  # told by whoever took it over
        if reason is not None:
            storage.set_trial_user_attr(trial_id, REASON, reason)
        storage.set_trial_user_attr(trial_id, RESULT, {"state": state, "values": values})
    tell(study, storage.get_trial_number_from_id(trial_id), state, values)


def tell(study: optuna.Study, number: int, state: str, values: list[float] | None) -> None:
    """Tells Optuna how a trial ended, if it does not know yet."""
    study.sampler = optuna.samplers.RandomSampler(0)  # the grid's wants to stop an optimization
    with suppress(UpdateFinishedTrialError):  # told, and not answered
        study.tell(number, values, optuna.trial.TrialState[state], skip_if_finished=True)
