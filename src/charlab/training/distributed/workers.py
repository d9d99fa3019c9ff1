"""The processes that a run's first one starts on its own host, and what becomes of them."""

import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from types import TracebackType
from typing import IO, Any

from charlab.errors import RunError
from charlab.system.signals import killed_by
from charlab.system.terminal import LOGGER, remark
from charlab.training.distributed.process_group import is_loss_of_others

_SECONDS_TO_END = 60.0  # of a worker, after the run
_SECONDS_TO_NOTICE = 20.0  # of this process, after a worker died
_SECONDS_TO_TELL = 5.0  # of a worker, why it died


class Workers:
    """Starts processes, waits until they are ready, and ends them with the context.

    A worker is a fresh interpreter: it reads its work from its standard input, whose end tells it
    that this process is gone, and says on its standard output what became of it.

    Args:
        module: what a worker runs, as of ``python -m``.
        work: for each, what is pickled for it.

    Raises:
        RunError: on leaving, or while waiting for them, if one of them died.
    """

    def __init__(self, module: str, work: list[Any]) -> None:
        self._module = module
        self._work = work
        self._workers: list[_Worker] = []

    def __enter__(self) -> "Workers":
        try:
            for number, work in enumerate(self._work, start=2):
                name = f"process {number} of {len(self._work) + 1}"
                self._workers.append(_Worker(name, self._module, work))
            self._work = []  # it may be large
            for worker in self._workers:
                worker.settled.wait()
                if worker.fault is not None:
                    raise RunError(worker.fault)
            for worker in self._workers:
                worker.force_end = True
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.force_end = False
        if error is None:
            deadline = time.monotonic() + _SECONDS_TO_END
            for worker in self._workers:
                worker.gone.wait(max(0.0, deadline - time.monotonic()))
        fault = self._cause(error)
        self._kill()
        if fault is not None:
            raise RunError(fault) from error

    def _cause(self, error: BaseException | None) -> str | None:
        """Which worker's death is behind an error that says only that somebody is not there."""
        if not is_loss_of_others(error):
            return None
        deadline = time.monotonic() + _SECONDS_TO_TELL
        while time.monotonic() < deadline:
            faults = [worker.fault for worker in self._workers if worker.fault is not None]
            if faults:
                return faults[0]
            time.sleep(0.05)
        return None

    def _kill(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers = []


class _Worker:
    """One process.

    Attributes:
        settled: set once it is ready, or will never be.
        gone: set once it has ended.
        fault: why it ended before its work was done.
        force_end: whether its death is to end this process, should that not notice by itself: a
            GPU may wait for ever for a sum with a process that is no more.
    """

    def __init__(self, name: str, module: str, work: Any) -> None:
        self._name = name
        self.settled, self.gone = threading.Event(), threading.Event()
        self.fault: str | None = None
        self.force_end = False
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        modules = os.pathsep.join(path for path in sys.path if path)  # that this process finds
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "PYTHONPATH": modules},
            start_new_session=True,  # Ctrl-C is for the first process, which tells the others
        )
        threading.Thread(target=self._hand_over, args=(work,), daemon=True).start()
        threading.Thread(target=self._listen, daemon=True).start()

    def kill(self) -> None:
        """Ends it, if it has not ended."""
        self.force_end = False
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.gone.wait(_SECONDS_TO_TELL)
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError, ValueError):
                if stream is not None:
                    stream.close()

    def _hand_over(self, work: Any) -> None:
        data = pickle.dumps(work)
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it died: that is noticed elsewhere
            stdin.write(len(data).to_bytes(8, "little"))
            stdin.write(data)
            stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        told = None
        for line in self._process.stdout:
            message = json.loads(line)
            told = message.get("error", told)
            if "ready" in message:
                self.settled.set()
        code = self._process.wait()
        if code != 0:
            LOGGER.debug("%s said:\n%s", self._name, self._read_errors())
            self.fault = f"{self._name} ended: {told or _what_happened(code)}"
        self.gone.set()
        self.settled.set()
        if self.fault is not None:
            self._insist()

    def _insist(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_NOTICE
        while time.monotonic() < deadline:
            if not self.force_end:
                return
            time.sleep(0.1)
        remark(f"error: {self.fault}")
        os._exit(1)

    def _read_errors(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            self._errors.seek(0)
            return self._errors.read().decode(errors="backslashreplace")
        return ""


def _what_happened(code: int) -> str:
    if code < 0:
        return f"it was {killed_by(-code)}"
    return f"exit code {code}; train.log has what it said"


# The other side


def receive() -> Any:
    """In a worker: what the first process has for it; from now on it ends with that one."""
    size = int.from_bytes(_read(8), "little")
    work = pickle.loads(_read(size))
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    return work


def _read(size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = os.read(0, min(size - len(data), 2**20))
        if not part:
            os._exit(1)
        data += part
    return bytes(data)


def _end_with_the_first() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)
