"""Work in forked children: they share what is imported, and only they die, hang or eat memory."""

import faulthandler
import multiprocessing as mp
import os
import resource
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from tests.robustness.findings import Finding

STATM = Path("/proc/self/statm")
Work = Callable[[int], list[Finding]]


@dataclass(frozen=True)
class Limits:
    """How much a child may have; whoever is silent for so many seconds hangs."""

    seconds: float = 120  # for one input
    each: int = 400  # inputs before a fresh child is forked
    memory: int = 3 * 2**30  # bytes beyond what the parent has; the system refuses more
    resident: int = 4 * 2**30  # bytes in use


def in_children(
    work: Work, numbers: Sequence[int], limits: Limits
) -> Iterator[tuple[int, list[Finding]]]:
    """Does work for each number, and gives the number and what was found."""
    position = 0
    while position < len(numbers):
        part = numbers[position : position + limits.each]
        with tempfile.TemporaryFile("w+") as stacks:
            results, pipe = mp.Pipe(duplex=False)
            pid = os.fork()
            if pid == 0:
                _serve(work, part, limits, stacks, pipe)
            pipe.close()
            done = 0
            for findings in _received(results, limits.seconds):
                yield part[done], findings
                done += 1
            end, peak = _end(pid, hangs=not results.closed)
            results.close()
            if end:  # it died or hung over this one
                yield part[done], [Finding(f"{end}{_innermost(stacks)}", end)]
                done += 1
            elif peak > limits.resident:
                yield part[-1], [Finding("memory above the limit", f"{peak / 2**30:.1f} GB")]
        position += done


def _serve(
    work: Work, part: Sequence[int], limits: Limits, stacks: IO[str], pipe: Connection
) -> None:
    """What a child does, until it has used much of its memory: the next input needs it whole."""
    try:
        faulthandler.enable(stacks)
        begun = _virtual()
        resource.setrlimit(resource.RLIMIT_AS, (begun + limits.memory,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in part:
            faulthandler.dump_traceback_later(limits.seconds * 0.9, file=stacks)
            try:
                pipe.send(work(number))
            except Exception as error:
                told = "".join(traceback.format_exception(error)[-3:])
                pipe.send([Finding("the driver itself failed", told)])
            if _virtual() > begun + limits.memory / 3:
                break
    finally:
        os._exit(0)


def _received(results: Connection, seconds: float) -> Iterator[list[Finding]]:
    """What comes, until the child ends, which closes the pipe, or has been silent for too long."""
    while results.poll(seconds):
        try:
            yield results.recv()
        except EOFError:
            results.close()
            return


def _end(pid: int, hangs: bool) -> tuple[str, int]:
    """How a child ended, empty if well, and the most bytes of memory that it used."""
    if hangs:
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    died = f"died by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else ""
    return "hangs" if hangs else died, usage.ru_maxrss * 1024


def _virtual() -> int:
    """Bytes of memory that this process has asked for."""
    return int(STATM.read_text().split()[0]) * resource.getpagesize()


def _innermost(stacks: IO[str]) -> str:
    """Where a child that died or hung was, as faulthandler wrote it: charlab's innermost lines."""
    stacks.seek(0)
    lines = [line.strip() for line in stacks.read().splitlines() if "/charlab/" in line]
    return f" in {lines[0].split('/charlab/')[1]}" if lines else ""
