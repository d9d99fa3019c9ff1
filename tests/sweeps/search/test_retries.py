"""What passes is waited for, with growing pauses; what stays is said at once."""

import errno
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import exc

from charlab.errors import ConfigError, RunError
from charlab.sweeps.search import retries
from charlab.sweeps.search.retries import (
    Patience,
    StorageError,
    TrialThereError,
    passing,
    patiently,
)


def chained(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


GONE = exc.OperationalError("SELECT 1", {}, Exception("server closed the connection"))
FULL = OSError(errno.ENOSPC, "No space left on device", "last.ckpt")


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (GONE, True),
        (chained(ConfigError("sweep.storage cannot be used"), GONE), True),
        (exc.InterfaceError("", {}, Exception("connection already closed")), True),
        (exc.OperationalError("", {}, sqlite3.OperationalError("database or disk is full")), True),
        (exc.OperationalError("", {}, sqlite3.OperationalError("no such table: trials")), False),
        (exc.DatabaseError("", {}, sqlite3.DatabaseError("file is not a database")), False),
        (FULL, True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (chained(RunError("cannot write"), FULL), True),
        (TrialThereError("trial 3 is there already"), True),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (ValueError("nan"), False),
        (chained(StorageError("waited in vain"), GONE), False),
    ],
)
def test_what_passes(error: Exception, passes: bool) -> None:
    reason = passing(error)
    assert (reason is not None) == passes
    assert reason is None or "\n" not in reason


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(retries, "_sleep", taken.append)
    monkeypatch.setattr(Patience, "is_over", False)
    return taken


def failing(times: int, error: Exception) -> Callable[[], int]:
    left = [error] * times

    def act() -> int:
        if left:
            raise left.pop()
        return 7

    return act


def test_pauses_grow_until_it_works(pauses: list[float]) -> None:
    assert patiently(failing(12, GONE)) == 7
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses[-1] == 30.0
    assert pauses == sorted(pauses)


def test_in_the_end_it_is_one_line(pauses: list[float]) -> None:
    with pytest.raises(StorageError) as raised:
        patiently(lambda: patiently(failing(10**6, FULL)))
    assert str(raised.value).startswith("there is no room left on the disk (last.ckpt) (waited 30:")
    assert Patience.seconds <= sum(pauses) < Patience.seconds + 31  # inner and outer together


def test_what_stays_is_not_waited_for(pauses: list[float]) -> None:
    with pytest.raises(ValueError, match="nan"):
        patiently(failing(1, ValueError("nan")))
    assert pauses == []


def test_a_signal_ends_the_waiting(monkeypatch: Any) -> None:
    monkeypatch.setattr(Patience, "is_over", True)
    with pytest.raises(StorageError):
        patiently(failing(10**6, GONE))
