"""What an entry point does before anything heavy is imported; ``import charlab`` does none of it.

A command line, and each kind of process that a run or a sweep starts, calls :func:`prepare` first.
"""

import atexit
import contextlib
import gc
import os
from collections.abc import Iterator

from charlab.system.lazy_imports import defer


def prepare() -> None:
    """Sets this process up for a command: short spins, lazy imports, a quick end."""
    let_threads_sleep()
    defer()
    atexit.register(gc.freeze)  # no search for garbage in what the system takes back anyway


def let_threads_sleep() -> None:
    """Lets PyTorch's CPU threads fall asleep soon; to be called before torch is imported.

    By default a thread that waits for the others spins for milliseconds. Where another program
    wants the same cores, all of them then wait for the one that is not running: a small LSTM
    trained some 20 times slower beside one busy process on two cores. Spinning a thousand times
    first costs nothing on an idle machine; going to sleep at once costs a quarter of the speed.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")


@contextlib.contextmanager
def rarely_collected() -> Iterator[None]:
    """Looks for garbage rarely: texts and modules are many objects, and come to stay."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
