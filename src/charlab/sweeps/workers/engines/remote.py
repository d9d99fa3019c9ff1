"""What a cluster's worker does on its node: one trial after the other, until none is left to take.

It does so in a process of its own (``python -m charlab.sweeps.workers.engines.remote``), whatever
kind of process the cluster started: signals, threads and memory are then as at home. That process
ends with the one that started it, through the pipe between them.
"""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from charlab.errors import SweepError, one_line
from charlab.sweeps.search.databases import without_password
from charlab.sweeps.search.retries import StorageError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.engines.local import LocalEngine, cores
from charlab.sweeps.workers.supervisor import WAITED_IN_VAIN, Supervisor
from charlab.sweeps.workers.worker import send_output_to
from charlab.system.signals import killed_by
from charlab.system.startup import prepare
from charlab.system.terminal import say_traceback


@dataclass(frozen=True)
class Task:
    """What a cluster's worker has to know; plain data.

    Attributes:
        location: of the sweep.
        n_trials: trials in all.
        owner: what the supervisor calls the worker.
        job: what runs trials, "module:function".
        threads: CPU threads to compute with.
        gpus: whether the cluster gave it any; without, none is touched.
        directory: the sweep command's working directory, which relative paths start from.
    """

    location: dict[str, str]
    n_trials: int
    owner: str
    job: str
    threads: int
    gpus: bool
    directory: str

    @classmethod
    def on(
        cls, location: StudyLocation, n_trials: int, job: str, cpus: float, gpus: float
    ) -> "Task":
        """A worker's, but for its owner, from this directory."""
        place = dataclasses.replace(location, folder=location.folder.absolute()).to_plain()
        directory = str(Path.cwd())
        return cls(place, n_trials, "", job, max(1, int(cpus)), gpus > 0, directory)

    def without_password(self) -> "Task":
        """One that may be written down."""
        return self.with_storage(without_password(self.location["storage"]))

    def with_storage(self, url: str) -> "Task":
        """The same with another URL of the storage."""
        return dataclasses.replace(self, location={**self.location, "storage": url})


class Child:
    """The process that works on the trials, as seen by the one that the cluster started.

    Raises:
        SweepError: if this node does not see the directory that the sweep was started in.
    """

    def __init__(self, task: Task) -> None:
        if not Path(task.directory).is_dir():
            raise SweepError(
                f"{socket.gethostname()} does not see {task.directory}: charlab and its data have "
                "to be on a file system that all nodes share"
            )
        environment = dict(os.environ)
        if not task.gpus:
            environment["CUDA_VISIBLE_DEVICES"] = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=task.directory,
            env=environment,
            start_new_session=True,  # Ctrl-C is the supervisor's affair
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(dataclasses.asdict(task)) + "\n")
        self._process.stdin.flush()  # and stays open: its end tells the child that we are gone

    def wait(self) -> str:
        """Waits for its end; "" or, if it died, how."""
        code = self._process.wait()
        assert self._process.stdout is not None
        reason = self._process.stdout.read().strip()
        if reason or code in (0, -signal.SIGTERM):
            return reason
        if code < 0:
            return f"its worker was {killed_by(-code)}"
        return f"its worker ended with exit code {code}"

    def stop(self, *, at_once: bool) -> None:
        """Asks it to save and end, or ends it."""
        if at_once:
            self._process.kill()
        else:
            self._process.terminate()


def main() -> None:
    """The child's side: reads a task, works, says in one line if it could not."""
    prepare()
    task = Task(**json.loads(_first_line()))
    said = os.fdopen(os.dup(1), "w")  # not inherited: its end is this process's end
    location = StudyLocation.from_plain(task.location)
    reason = ""
    try:
        _prepare_output(location)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        _work(task, location)
    except Exception as error:
        say_traceback(type(error), error, error.__traceback__)
        reason = one_line(error)
        if isinstance(error, StorageError):
            reason = f"{WAITED_IN_VAIN}: {reason}"
    if reason:
        said.write(reason)
        said.flush()
        sys.exit(1)


def _work(task: Task, location: StudyLocation) -> None:
    threads = min(task.threads, cores())
    Supervisor(
        location=location,
        n_trials=task.n_trials,
        size=1,
        engine=LocalEngine(location, task.n_trials, 1, task.job, threads=threads),
        max_failures=sys.maxsize,  # the supervisor's affair
        inside=task.owner,
    ).run()


def _prepare_output(location: StudyLocation) -> None:
    """Makes sure of the sweep's folder, where this process's output goes."""
    if not location.folder.is_dir():
        if location.storage.startswith("sqlite"):
            raise SweepError(
                f"{socket.gethostname()} does not see {location.folder.absolute()}: choose an "
                "output_dir on a file system that all nodes share, or a server as sweep.storage"
            )
        location.folder.mkdir(parents=True, exist_ok=True)
    send_output_to(location.folder)


def _first_line() -> bytes:
    """Read by bytes: a buffer would be in the way of the thread that waits for more."""
    line = bytearray()
    while not line.endswith(b"\n"):
        read = os.read(0, 1)
        if not read:
            sys.exit(1)
        line += read
    return bytes(line)


def _end_with_parent() -> None:
    os.read(0, 1)  # returns when the parent is gone
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
