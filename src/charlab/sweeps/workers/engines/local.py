"""Workers as processes of this machine, each for one trial."""

import contextlib
import multiprocessing
import os
import sys
import traceback
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any

from charlab.config.sweep_schema import EngineOptions
from charlab.errors import one_line
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.supervisor import WAITED_IN_VAIN
from charlab.sweeps.workers.worker import IN_VAIN, NOTHING, OUTPUT, STOPPED, run_worker
from charlab.system.signals import killed_by


def build(
    options: EngineOptions, location: StudyLocation, n_trials: int, size: int, job: str
) -> "LocalEngine":
    """See :func:`charlab.sweeps.workers.engines.build_engine`."""
    return LocalEngine(location, n_trials, size, job)


class LocalEngine:
    """Starts processes by a fork server that has the heavy imports behind it.

    Forking this process itself would be unsafe once it has computed something with PyTorch; a
    fresh interpreter takes seconds to import it, for every trial.

    Args:
        size: workers at a time; they share the CPU's cores and the GPUs.
        job: what runs trials, "module:function".
        threads: CPU threads of a worker; None: its share of the cores that this process may use.
    """

    def __init__(
        self,
        location: StudyLocation,
        n_trials: int,
        size: int,
        job: str,
        *,
        threads: int | None = None,
    ) -> None:
        self._location = location
        self._n_trials = n_trials
        self._job = job
        self._threads = threads or max(1, cores() // size)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            ["charlab.sweeps.workers.preload", job.partition(":")[0]]
        )
        self._workers: list[LocalWorker] = []

    def start(self, owner: str, slot: int) -> "LocalWorker":
        """A process that takes one trial, works on it and ends."""
        arguments = (self._location, self._n_trials, owner, self._threads, slot, self._job)
        here, there = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run, args=(there, *arguments), name=f"trial-{slot}")
        process.start()
        there.close()
        worker = LocalWorker(process, here)
        self._workers = [w for w in self._workers if w.ended() is None]
        self._workers.append(worker)
        return worker

    def wait(self, seconds: float) -> None:
        """Waits until a process ends, for some seconds at most."""
        connection.wait([worker.process.sentinel for worker in self._workers], seconds)
        self._workers = [w for w in self._workers if w.ended() is None]

    def close(self) -> None:
        """Nothing: the fork server ends with this process."""


def _run(supervisor: connection.Connection, *arguments: Any) -> None:
    """A worker's process: what breaks it outside of the trial's run is told in one line."""
    try:
        run_worker(*arguments)
    except Exception as error:
        traceback.print_exc()
        supervisor.send(one_line(error))
        sys.exit(1)


class LocalWorker:
    """A process that works on one trial.

    Args:
        last_words: where it says what broke it.
    """

    def __init__(self, process: BaseProcess, last_words: connection.Connection) -> None:
        self.process = process
        self._last_words = last_words
        self._reason = ""

    def ended(self) -> str | None:
        """See :class:`charlab.sweeps.workers.supervisor.Worker`."""
        code = self.process.exitcode
        if code is None:
            return None
        if code in (0, NOTHING, STOPPED):
            return ""
        if code == IN_VAIN:
            return f"{WAITED_IN_VAIN}; {OUTPUT} has more"
        if code < 0:
            return f"its process was {killed_by(-code)}"
        with contextlib.suppress(EOFError, OSError):
            if self._last_words.poll():
                self._reason = str(self._last_words.recv())
        return self._reason or f"its process ended with exit code {code}"

    def stop(self, *, at_once: bool) -> None:
        """See :class:`charlab.sweeps.workers.supervisor.Worker`."""
        if at_once:
            self.process.kill()
        else:
            self.process.terminate()


def cores() -> int:
    """CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
