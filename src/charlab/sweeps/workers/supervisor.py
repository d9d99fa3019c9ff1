"""Keeps workers at work until a sweep is done: whoever ends a trial is replaced at once."""

import contextlib
import dataclasses
import math
import shlex
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial

from charlab.errors import SweepError
from charlab.sweeps.search.duplicates import waits_for_twin
from charlab.sweeps.search.retries import Patience, StorageError, patiently
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.study import load
from charlab.sweeps.workers.claim import CRASHES, FORMER, OWNER, REASON
from charlab.sweeps.workers.locks import locks_for
from charlab.sweeps.workers.worker import OUTPUT
from charlab.system.signals import heeded
from charlab.system.words import counted

WAITED_IN_VAIN = "a worker waited in vain for the storage, or for room on the disk"
_SECONDS_BETWEEN_STATUSES = 1.0
_MAX_BARREN_DEATHS = 3  # processes in a row that die before they take a trial
_SECONDS_TO_SAVE = 60.0


class Worker(Protocol):
    """A process, or a job of a cluster, that works on trials."""

    def ended(self) -> str | None:
        """None while it lives; else "" or, if it died, how."""
        ...

    def stop(self, *, at_once: bool) -> None:
        """Asks it to save and end, or ends it."""
        ...


class Engine(Protocol):
    """Starts workers."""

    def start(self, owner: str, slot: int) -> Worker | None:
        """A new worker; None if there can be none now, but later.

        Args:
            owner: what it is to be called.
            slot: its place among the workers that live at a time.
        """
        ...

    def wait(self, seconds: float) -> None:
        """Waits, until a worker ends at the longest."""
        ...

    def close(self) -> None:
        """Frees what it holds."""
        ...


@dataclass
class SweepStatus:
    """A sweep at one moment.

    Attributes:
        trials: all of them, by number.
        n_trials: how many there are to be.
        claimable: trials that a new worker could take.
        orphans: numbers of running trials that nobody works on any more.
        stopping: how many trials of this process's workers save themselves, for it stops.
    """

    trials: list[FrozenTrial]
    n_trials: int
    claimable: int
    orphans: frozenset[int] = frozenset()
    stopping: int = 0

    @property
    def is_over(self) -> bool:
        """Whether every trial is done."""
        finished = all(trial.state.is_finished() for trial in self.trials)
        return finished and len(self.trials) >= self.n_trials


@dataclass
class Supervisor:
    """Workers on one sweep.

    Args:
        size: workers at a time.
        max_failures: failed trials in a row that stop the sweep.
        minutes: after so many, nothing new begins and what runs saves itself; None: no limit.
        on_status: called now and then with what the sweep looks like.
        inside: the worker of another pool whose work this one is. It ends as soon as there is
            nothing to take; without one it stays for what others may leave behind.
    """

    location: StudyLocation
    n_trials: int
    size: int
    engine: Engine
    max_failures: int
    minutes: float | None = None
    on_status: Callable[[SweepStatus], None] = lambda status: None
    inside: str | None = None
    _live: dict[int, tuple[Worker, str]] = field(default_factory=dict)  # by slot; with its owner
    _barren: int = 0
    _signal: int | None = None

    def run(self) -> int | None:
        """Works until the sweep is done, the time is over or a signal comes.

        Returns:
            The signal, if one came.

        Raises:
            SweepError: if too many trials failed in a row, workers do not come up, or the storage
                does not come back.
        """
        Patience.is_over = False
        self._study, _ = load(self.location)
        self._locks = patiently(lambda: locks_for(self.location))
        self._known_failures = {t.number for t in self._trials() if t.state.name == "FAIL"}
        previous = {n: signal.signal(n, self._note) for n in heeded()}
        deadline = math.inf if self.minutes is None else time.monotonic() + 60 * self.minutes
        status = None
        try:
            while self._signal is None and time.monotonic() < deadline:
                self._reap()
                status = self._status()
                self.on_status(status)
                if status.is_over:
                    break
                self._stop_at_failures(status)
                self._fill(status)
                if self.inside is not None and not self._live:
                    break
                self.engine.wait(_SECONDS_BETWEEN_STATUSES)
        except StorageError:
            if self._signal is None:  # else nobody waited for it
                raise
        finally:
            if status is not None and (ours := self._at_work(status.trials)):
                self.on_status(dataclasses.replace(status, stopping=len(ours)))
            self._stop_all()
            self.engine.close()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return self._signal

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._signal is not None and number == signal.SIGINT:  # Ctrl-C once more: at once
            self._stop(at_once=True)
        self._signal = self._signal or number
        Patience.is_over = True

    def _trials(self) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False)

    def _status(self) -> SweepStatus:
        trials = self._trials()
        states = [trial.state.name for trial in trials]
        ours = {owner for _, owner in self._live.values()}
        running = [trial for trial in trials if trial.state.name == "RUNNING"]
        at_work = self._at_work(trials)
        left = [t for t in running if _owner_among(ours, t) is None]
        orphans = [t for t in left if not waits_for_twin(t, trials) and self._is_orphan(t)]
        new = max(0, self.n_trials - len(trials)) + states.count("WAITING")
        unsettled = len(ours) - len(at_work)  # workers that are about to take one
        claimable = new + len(orphans) - unsettled
        return SweepStatus(trials, self.n_trials, claimable, frozenset(t.number for t in orphans))

    def _at_work(self, trials: list[FrozenTrial]) -> set[str]:
        """Our workers that have a trial."""
        ours = {owner for _, owner in self._live.values()}
        running = (trial for trial in trials if trial.state.name == "RUNNING")
        return {owner for t in running if (owner := _owner_among(ours, t)) is not None}

    def _is_orphan(self, trial: FrozenTrial) -> bool:
        if not self._locks.take(trial.number):
            return False
        self._locks.let_go(trial.number)
        return True

    def _fill(self, status: SweepStatus) -> None:
        free = [slot for slot in range(self.size) if slot not in self._live]
        for slot in free[: max(0, status.claimable)]:
            owner = uuid.uuid4().hex
            if self.inside is not None:
                owner = f"{self.inside}.{owner}"
            worker = self.engine.start(owner, slot)
            if worker is None:
                break
            self._live[slot] = (worker, owner)

    def _reap(self) -> None:
        for slot, (worker, owner) in list(self._live.items()):
            death = worker.ended()
            if death is None:
                continue
            del self._live[slot]
            if death.startswith(WAITED_IN_VAIN):
                raise StorageError(death)
            if death:
                self._count_crash(owner, death)
            else:
                self._barren = 0

    def _count_crash(self, owner: str, death: str) -> None:
        """A trial whose process dies again and again fails some day; see ``claim``."""
        theirs = [trial for trial in self._trials() if _worked_on(trial, owner)]
        for trial in theirs:
            if not trial.state.is_finished():
                self._note_crash(trial, death)
        self._barren = 0 if theirs else self._barren + 1
        if self._barren >= _MAX_BARREN_DEATHS:
            raise SweepError(
                f"workers die before they take a trial ({death}); what they said is in "
                f"{self.location.folder / OUTPUT}"
            )

    def _note_crash(self, trial: FrozenTrial, death: str) -> None:
        storage: Any = self._study._storage
        crashes = trial.user_attrs.get(CRASHES, 0) + 1
        with contextlib.suppress(UpdateFinishedTrialError):  # another took it up and ended it
            storage.set_trial_user_attr(trial._trial_id, CRASHES, crashes)
            storage.set_trial_user_attr(trial._trial_id, REASON, death)

    def _stop_at_failures(self, status: SweepStatus) -> None:
        ended = [t for t in status.trials if t.state.is_finished() and t.datetime_complete]
        ended.sort(key=lambda trial: (trial.datetime_complete, trial.number))
        failures = []
        for trial in reversed(ended):
            if trial.state.name != "FAIL" or trial.number in self._known_failures:
                break
            failures.append(trial)
        if len(failures) >= self.max_failures:
            reason = failures[0].user_attrs.get(REASON, "no reason known")
            raise SweepError(
                f"{counted(len(failures), 'trial')} failed in a row (sweep.max_failures), the last "
                f"because: {reason}; mend the cause and give the same command again with "
                f"sweep.name={shlex.quote(self.location.name.partition('/')[0])} to go on"
            )

    def _stop_all(self) -> None:
        self._stop(at_once=False)
        deadline = time.monotonic() + _SECONDS_TO_SAVE
        while self._live and time.monotonic() < deadline:
            self.engine.wait(0.2)
            self._live = {s: live for s, live in self._live.items() if live[0].ended() is None}
        self._stop(at_once=True)
        self._live.clear()

    def _stop(self, *, at_once: bool) -> None:
        for worker, _ in self._live.values():
            worker.stop(at_once=at_once)


def _worked_on(trial: FrozenTrial, owner: str) -> bool:
    """Whether a worker has, or had before another took it up, this trial."""
    former = trial.user_attrs.get(FORMER, ())
    names = {name for process in former for name in _names(process)}
    return owner in names or _owner_among({owner}, trial) is not None


def _owner_among(owners: set[str], trial: FrozenTrial) -> str | None:
    """Which of some workers has a trial."""
    names = _names(trial.user_attrs.get(OWNER, ""))
    return next((known for known in names if known in owners), None)


def _names(process: str) -> tuple[str, str]:
    """What a process is called, and the worker that it is or works inside."""
    return process, process.partition(".")[0]
