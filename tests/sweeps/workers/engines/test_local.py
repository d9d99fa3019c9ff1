"""Processes of this machine: what becomes of one, in words, and what each may use."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

import pytest

from charlab.sweeps.workers.engines.local import LocalWorker, cores
from charlab.sweeps.workers.supervisor import WAITED_IN_VAIN
from charlab.sweeps.workers.worker import IN_VAIN, NOTHING, STOPPED


def ended(code: int | None) -> tuple[LocalWorker, Connection]:
    """A worker whose process ended so, and the end of the pipe by which that speaks."""
    here, there = multiprocessing.Pipe(duplex=False)
    process: Any = SimpleNamespace(exitcode=code)
    return LocalWorker(process, here), there


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, None),
        (0, ""),
        (NOTHING, ""),
        (STOPPED, ""),
        (IN_VAIN, f"{WAITED_IN_VAIN}; workers.log has more"),
        (-signal.SIGKILL, "its process was killed by SIGKILL, perhaps for want of memory"),
        (-signal.SIGSEGV, "its process was killed by SIGSEGV"),
        (1, "its process ended with exit code 1"),
        (77, "its process ended with exit code 77"),
    ],
)
def test_the_end_of_a_process_in_words(code: int | None, words: str | None) -> None:
    worker, there = ended(code)
    there.close()  # as the system does
    assert worker.ended() == words


def test_what_broke_it_is_told_as_often_as_one_asks() -> None:
    worker, there = ended(1)
    there.send("ValueError: größer als 1")
    there.close()
    assert [worker.ended(), worker.ended()] == ["ValueError: größer als 1"] * 2


def test_who_waits_for_its_last_words_waits_for_nothing() -> None:
    """The process holds the pipe's end yet, and is silent."""
    worker, there = ended(1)
    assert worker.ended() == "its process ended with exit code 1"
    there.close()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system binds no process")
def test_cores_are_those_that_the_process_may_use() -> None:
    allowed = os.sched_getaffinity(0)
    assert cores() == len(allowed)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)
