"""What the fork server goes through before the first trial."""

import runpy
import threading
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

import charlab.sweeps.workers.worker  # noqa: F401  (as the fork server's own imports)


def test_nothing_of_it_remains() -> None:
    """No process that is forked could use a connection or a thread of its parent's."""
    opened: list[int] = []
    closed: list[int] = []

    def note_opened(connection: Any, _: Any) -> None:
        opened.append(id(connection))

    def note_closed(connection: Any, _: Any) -> None:
        closed.append(id(connection))

    threads = set(threading.enumerate())
    event.listen(Pool, "connect", note_opened)
    event.listen(Pool, "close", note_closed)
    try:
        runpy.run_module("charlab.sweeps.workers.preload")
    finally:
        event.remove(Pool, "connect", note_opened)
        event.remove(Pool, "close", note_closed)
    assert opened
    assert sorted(opened) == sorted(closed)
    assert set(threading.enumerate()) == threads
