"""Work in forked children: they share what is imported, and only they die, hang or eat memory."""

import contextlib
import faulthandler
import io
import os
import pickle
import resource
import select
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.robustness.findings import Finding

STATM = Path("/proc/self/statm")
CLEAN = "ended"
Work = Callable[[int], list[Finding]]


@dataclass(frozen=True)
class Limits:
    """How much a child may have.

    Attributes:
        seconds: for one input; then it is taken to hang.
        each: inputs before a fresh child is forked.
        memory: bytes that may be asked for beyond what the parent has; the system refuses more.
        resident: bytes of memory in use at most; None: not looked at.
    """

    seconds: float = 60
    each: int = 400
    memory: int = 3 * 2**30
    resident: int | None = None


def in_children(
    work: Work, numbers: Sequence[int], limits: Limits
) -> Iterator[tuple[int, list[Finding]]]:
    """Does work for each number, and gives the number and what was found.

    Args:
        work: for one number; what it raises ends the driver.
        numbers: of the inputs.
        limits: of every child.
    """
    position = 0
    while position < len(numbers):
        part = numbers[position : position + limits.each]
        with tempfile.TemporaryFile("w+") as stacks:
            done = 0
            child = _Child(work, part, limits, stacks)
            for findings in child.results():
                yield part[done], findings
                done += 1
            end = child.end(done < len(part))
            if done < len(part) and end != CLEAN:  # it died or hung over this one
                yield part[done], [Finding(f"{end}{_innermost(stacks)}", end)]
                done += 1
            elif limits.resident is not None and child.peak > limits.resident:
                used = f"{child.peak / 2**30:.1f} GB"
                yield part[-1], [Finding("memory above the limit", used)]
        position += done


class _Child:
    """One forked process and the pipe that its results come through."""

    def __init__(
        self,
        work: Work,
        part: Sequence[int],
        limits: Limits,
        stacks: IO[str],
    ) -> None:
        self.peak = 0
        self._limits = limits
        self._read, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._read)
            code = 1
            try:
                faulthandler.enable(stacks)
                begun = _virtual()
                resource.setrlimit(resource.RLIMIT_AS, (begun + limits.memory,) * 2)
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                with os.fdopen(write, "wb") as pipe:
                    for number in part:
                        faulthandler.dump_traceback_later(limits.seconds * 0.9, file=stacks)
                        pickle.dump(_guarded(work, number), pipe)
                        pipe.flush()
                        if _virtual() > begun + limits.memory / 3:  # the next one needs it whole
                            break
                code = 0
            except BrokenPipeError:  # whoever waited took this for a hang
                pass
            except BaseException as error:
                traceback.print_exception(error)
            finally:
                os._exit(code)
        os.close(write)

    def results(self) -> Iterator[list[Finding]]:
        """What comes, until the child ends or has been silent for too long."""
        with os.fdopen(self._read, "rb", buffering=0) as pipe:
            buffered = b""
            limit = time.monotonic() + self._limits.seconds
            while select.select([pipe], [], [], max(0.0, limit - time.monotonic()))[0]:
                data = pipe.read(2**16)
                if not data:
                    return
                buffered += data
                while (result := _unpickled(buffered)) is not None:
                    findings, buffered = result
                    limit = time.monotonic() + self._limits.seconds
                    yield findings

    def end(self, unfinished: bool) -> str:
        """Waits for the child, or ends it if it hangs; says how it ended."""
        deadline = time.monotonic() + (1 if unfinished else 10)
        while True:
            pid, status, usage = os.wait4(self._pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGKILL)
                os.wait4(self._pid, 0)
                return f"hangs for more than {self._limits.seconds:.0f} s"
            time.sleep(0.005)
        self.peak = usage.ru_maxrss * 1024
        if os.WIFSIGNALED(status):
            return f"died by {signal.Signals(os.WTERMSIG(status)).name}"
        code = os.WEXITSTATUS(status)
        return CLEAN if code == 0 else f"the process ended with {code}"


def _guarded(work: Work, number: int) -> list[Finding]:
    try:
        return work(number)
    except Exception as error:
        return [
            Finding("the driver itself failed", "".join(traceback.format_exception(error)[-3:]))
        ]


def _virtual() -> int:
    """Bytes of memory that this process has asked for."""
    return int(STATM.read_text().split()[0]) * resource.getpagesize()


def _unpickled(data: bytes) -> tuple[list[Finding], bytes] | None:
    stream = io.BytesIO(data)
    try:
        return pickle.load(stream), data[stream.tell() :]
    except (EOFError, pickle.UnpicklingError):
        return None


def _innermost(stacks: IO[str]) -> str:
    """Where a child that died or hung was, as faulthandler wrote it: charlab's innermost lines."""
    stacks.seek(0)
    lines = [line.strip() for line in stacks.read().splitlines() if "/charlab/" in line]
    return f" in {lines[0].split('/charlab/')[1]}" if lines else ""
