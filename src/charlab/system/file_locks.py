"""Locks of the kernel on files: each goes with the process that has it, however that ends.

The library filelock makes the same call, but where a file system knows no locks it falls back to a
file that outlives its process.
"""

import fcntl
import os
from pathlib import Path
from typing import IO, Any


def lock(file: IO[Any], *, wait: bool) -> bool:
    """Locks an open file until it is closed; False if it is not to wait and another has it.

    Raises:
        OSError: if the file system knows no locks.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Whether a process has a lock file: a run's, or a sweep's for a trial."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # held, or a file system that knows no locks: in doubt it lives
        return True
    finally:
        os.close(descriptor)
    return False
