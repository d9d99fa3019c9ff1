"""Workers as jobs of SLURM, through submitit."""

import dataclasses
import io
import logging
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from types import FrameType
from typing import Any

from charlab.config.sweep_schema import SlurmOptions
from charlab.errors import ConfigError, SweepError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.engines.remote import Child, Task
from charlab.system.terminal import remark, say, warn

JOBS = ".jobs"  # the folder of what submitit writes, in the sweep's
_STORAGE = "CHARLAB_SWEEP_STORAGE"  # in the environment: submitit writes a job's arguments to disk
_SECONDS_BETWEEN_QUESTIONS = 30.0  # to SLURM about its jobs
_SECONDS_BETWEEN_QUESTIONS_AT_THE_END = 2.0
_SECONDS_UNTIL_THE_QUEUE_IS_SHOWN = 5.0
_SECONDS_AFTER_A_REFUSAL = (30.0, 300.0)  # the first pause, the longest
# What sbatch says when it would take a job at another time
_TEMPORARY = re.compile(
    "submit limit|MaxSubmit|MaxJobs|SubmitJobsLimit|GrpSubmit|timed out|unable to contact|"
    "temporar|try again|busy|connection|communication|slow down",
    re.IGNORECASE,
)
# A job's ends that are no fault of the trial which it worked on
_INNOCENT = ("COMPLETED", "TIMEOUT", "PREEMPTED", "CANCELLED", "NODE_FAIL", "BOOT_FAIL", "DEADLINE")


def build(
    options: SlurmOptions, location: StudyLocation, n_trials: int, size: int, job: str
) -> "SlurmEngine":
    """See :func:`charlab.sweeps.workers.engines.build_engine`."""
    try:
        import submitit
    except ImportError as error:
        raise ConfigError("sweep=slurm needs submitit: pip install -e '.[slurm]'") from error
    remarks = logging.getLogger("submitit")
    remarks.handlers, remarks.propagate = [_Once(logging.WARNING)], False
    folder = location.folder.absolute() / JOBS
    try:
        executor = submitit.AutoExecutor(folder=folder, cluster=options.cluster)
    except RuntimeError as error:
        raise ConfigError(
            "sweep.engine.cluster=slurm: there is no srun here, so this is no machine of a SLURM "
            "cluster; sweep.engine.cluster=local tries it out without one"
        ) from error
    executor.update_parameters(
        name=f"charlab-{location.name}".replace("/", "-"),
        timeout_min=options.minutes,
        cpus_per_task=options.cpus,
        gpus_per_node=options.gpus or None,
        mem_gb=options.memory_gb,
        slurm_partition=options.partition,
        slurm_additional_parameters=dict(options.parameters) or None,
    )
    if options.cluster == "slurm" and location.storage.startswith("sqlite"):
        warn(
            "the sweep's storage is an SQLite file, which relies on the locks of the shared file "
            "system; sweep.storage= with a server (PostgreSQL, MySQL) is safer"
        )
    task = Task.on(location, n_trials, job, options.cpus, options.gpus)
    return SlurmEngine(executor, task, is_local=options.cluster == "local")


class SlurmEngine:
    """Submits jobs.

    Args:
        executor: submitit's.
        task: what a job does, but for its owner.
        is_local: whether jobs are processes of this machine.
    """

    def __init__(self, executor: Any, task: Task, *, is_local: bool) -> None:
        self._executor = executor
        self._task = task.without_password()
        self._is_local = is_local
        self._jobs: list[SlurmJob] = []
        self._asked_at = time.monotonic()
        self._shown_at = self._asked_at
        self._shown = ""
        self._refusal = ""
        self._pause = _SECONDS_AFTER_A_REFUSAL[0]
        self._refused_until = 0.0
        if self._task != task:
            os.environ[_STORAGE] = task.location["storage"]

    def start(self, owner: str, slot: int) -> "SlurmJob | None":
        """A job that works on one trial after the other; None while SLURM takes no further one.

        Raises:
            SweepError: if SLURM refuses it for good, and no other job is there.
        """
        if time.monotonic() < self._refused_until:
            return None
        self._jobs = [j for j in self._jobs if j.ended() is None]
        with _deaf_to_the_terminal(), _hushed():
            try:
                job = self._executor.submit(work, dataclasses.replace(self._task, owner=owner))
            except Exception as error:
                text = " ".join(str(error).split())
                if not self._jobs and not _TEMPORARY.search(text):
                    raise SweepError(f"SLURM takes no job: {text}") from error
                self._postpone(text)
                return None
        self._refusal, self._pause = "", _SECONDS_AFTER_A_REFUSAL[0]
        self._jobs.append(SlurmJob(job, is_local=self._is_local))
        return self._jobs[-1]

    def _postpone(self, refusal: str) -> None:
        if refusal != self._refusal:
            warn(f"SLURM takes no further job now ({refusal}); it is asked again now and then")
        self._refusal = refusal
        self._refused_until = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _SECONDS_AFTER_A_REFUSAL[1])

    def wait(self, seconds: float) -> None:
        """Waits until a job ends, for some seconds at most."""
        self._ask_now_and_then()
        self._show_the_queue()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and all(job.ended() is None for job in self._jobs):
            time.sleep(min(0.1, seconds))
        self._jobs = [job for job in self._jobs if job.ended() is None]

    def close(self) -> None:
        """Nothing: a job ends by itself, or has been stopped."""

    def _show_the_queue(self) -> None:
        """Says what the jobs wait for, as long as all of them do and when it has changed."""
        first = not self._shown
        pause = _SECONDS_UNTIL_THE_QUEUE_IS_SHOWN if first else _SECONDS_BETWEEN_QUESTIONS
        if self._is_local or not self._jobs or time.monotonic() - self._shown_at < pause:
            return
        self._shown_at = time.monotonic()
        waiting = _waiting([job.number for job in self._jobs])
        if waiting != self._shown:
            self._shown = waiting
            if waiting:
                say(f"SLURM: {waiting}")

    def _ask_now_and_then(self) -> None:
        """Submitit alone would ask about jobs that died in silence every ten minutes."""
        at_the_end = any(job.is_stopping for job in self._jobs)
        pause = _SECONDS_BETWEEN_QUESTIONS_AT_THE_END if at_the_end else _SECONDS_BETWEEN_QUESTIONS
        if self._jobs and not self._is_local and time.monotonic() - self._asked_at > pause:
            self._asked_at = time.monotonic()
            self._jobs[0].ask()  # one question for all of them


class SlurmJob:
    """A worker.

    Args:
        job: submitit's.
        is_local: whether it is a process of this machine.
    """

    def __init__(self, job: Any, *, is_local: bool) -> None:
        self._job = job
        self._is_local = is_local
        self._how: str | None = None
        self.is_stopping = False
        self.number = str(job.job_id)

    def ask(self) -> None:
        """Has SLURM say how its jobs are."""
        with _hushed():
            self._job.get_info(mode="force")

    def ended(self) -> str | None:
        """See :class:`charlab.sweeps.workers.supervisor.Worker`."""
        with _hushed():
            if self._how is None and self._job.done():
                self._how = self._end()
        return self._how

    def stop(self, *, at_once: bool) -> None:
        """See :class:`charlab.sweeps.workers.supervisor.Worker`."""
        if self.ended() is not None:
            return
        self.is_stopping = True
        if self._is_local:
            # Its own cancel() would give the trial a second to save itself. The second SIGTERM
            # ends it at once; see work().
            os.kill(int(self.number), signal.SIGTERM)
        else:
            with _hushed():
                self._job.cancel(check=False)

    def _end(self) -> str:
        if self._job.paths.result_pickle.exists():
            try:
                return str(self._job.result())
            except Exception as error:
                lines = [line for line in str(error).splitlines() if line.strip(" -")]
                raised = [line for line in lines if not line.startswith("You can check full logs")]
                return next((line.strip() for line in reversed(raised) if "Error" in line), "?")
        state = str(self._job.state)
        if self.is_stopping or state.startswith(_INNOCENT):
            return ""
        return f"its job {self.number} ended as {state}"


def work(task: Task) -> str:
    """What a job does; "" or, if it could not, why.

    Every signal that announces its end (SLURM's SIGTERM, the SIGUSR2 that submitit asks for before
    the time limit) has the trial saved; what is missing of it is done by another job.
    """
    child = Child(task.with_storage(os.environ.pop(_STORAGE, task.location["storage"])))
    heard: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        child.stop(at_once=bool(heard))
        heard.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, pass_on)
    reason = child.wait()
    if heard:
        return ""
    if reason:
        remark(reason)
    return reason


def _waiting(jobs: list[str]) -> str:
    """How jobs wait in the queue, by state and reason; "" once one runs, or if nothing is known."""
    command = ["squeue", "--noheader", "--format=%T|%r", f"--jobs={','.join(jobs)}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    states = Counter(line.strip() for line in done.stdout.splitlines() if "|" in line)
    if not all(state.startswith(("PENDING", "CONFIGURING", "REQUEUE")) for state in states):
        return ""
    parts = (
        f"{count} {'job waits' if count == 1 else 'jobs wait'} "
        f"({state.replace('|', ', ').removesuffix(', None')})"
        for state, count in sorted(states.items())
    )
    return ", ".join(parts)


class _Once(logging.Handler):
    """Passes each of a library's remarks on once; they are numbered, and come every minute."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Warns of it."""
        text = re.sub(r"^Call #\d+ - ", "", " ".join(record.getMessage().split()))
        if text not in self._said:
            self._said.add(text)
            warn(f"submitit says: {text}")


@contextmanager
def _hushed() -> Iterator[None]:
    """Keeps off the terminal what SLURM's commands and submitit print at each of their calls."""
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        with redirect_stderr(io.StringIO()):
            yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)


@contextmanager
def _deaf_to_the_terminal() -> Iterator[None]:
    """Processes started meanwhile never hear Ctrl-C: it is the supervisor who stops them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
