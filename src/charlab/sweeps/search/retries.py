"""Waiting for what comes back: a server that restarts, a network that is away, a full disk."""

import errno
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import exc

from charlab.errors import SweepError
from charlab.system.terminal import duration, say, warn

T = TypeVar("T")
_SILENT = 2.0  # seconds that nobody is told about
_LONGEST_PAUSE = 30.0
_STAYS = (
    "no such table",
    "no such column",
    "readonly database",
)  # SQLite calls these operational, too
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class StorageError(SweepError):
    """A sweep's storage, or the disk that its trials are on, cannot be used."""


class TrialThereError(Exception):
    """A trial was about to be created under a number that is taken: to be looked at again."""


class Patience:
    """How long this process waits.

    Attributes:
        seconds: pauses in all, after each of which the same is tried again.
        is_over: whether someone wants it to end now; signal handlers may set it.
    """

    seconds = 1800.0
    is_over = False


def patiently(act: Callable[[], T]) -> T:
    """Does something that may be repeated, again and again while what keeps it from working passes.

    Raises:
        StorageError: if it does not pass in :attr:`Patience.seconds`.
    """
    waited, pause = 0.0, 0.1
    while True:
        try:
            result = act()
        except Exception as error:
            reason = passing(error)
            if reason is None:
                raise
            if waited >= Patience.seconds or Patience.is_over:
                raise StorageError(f"{reason} (waited {duration(waited)} in vain)") from error
            if waited < _SILENT <= waited + pause:
                warn(f"{reason}; trying again for {duration(Patience.seconds)}")
            _sleep(pause)
            waited += pause
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            if waited >= _SILENT:
                say(f"it goes on, after {duration(waited)}")
            return result


def passing(error: BaseException) -> str | None:
    """What keeps something from working that may be over soon, in one line; None: it stays."""
    if isinstance(error, StorageError):  # has been waited for
        return None
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, TrialThereError):
            return str(link)
        if isinstance(link, OSError) and link.errno in _NO_ROOM:
            where = f" ({link.filename})" if link.filename else ""
            return f"there is no room left on the disk{where}"
        if _is_of_a_server(link):
            return f"the sweep's storage does not answer: {first_line(link)}"
        link = link.__cause__
    return None


def _is_of_a_server(error: BaseException) -> bool:
    """Whether a database says so of its connection, its disk or its load, not of a statement."""
    passes = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
    if isinstance(error, (*passes, exc.PendingRollbackError)):
        return not any(stays in str(error) for stays in _STAYS)
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _sleep(seconds: float) -> None:
    """In pieces: a signal's handler may end the waiting, not the sleep."""
    end = time.monotonic() + seconds
    while not Patience.is_over and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
