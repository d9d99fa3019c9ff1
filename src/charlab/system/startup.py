"""What an entry point does before anything heavy is imported; ``import charlab`` does none of it.

A command line, and each kind of process that a run or a sweep starts, calls :func:`prepare` first.
"""

import atexit
import contextlib
import gc
import logging
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from charlab.system.lazy_imports import defer

_PACKAGE = Path(__file__).resolve().parents[1]
_show_warning = warnings.showwarning


def prepare() -> None:
    """Sets this process up for a command: short spins, quiet, lazy imports, a quick end."""
    let_threads_sleep()
    keep_libraries_quiet()
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


def keep_libraries_quiet() -> None:
    """Sends warnings of libraries to a run's log: they tell developers something, not users.

    Warnings of the user's own code are shown, and all where ``-W`` or ``PYTHONWARNINGS`` asks.
    """
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    if not sys.warnoptions:
        warnings.showwarning = _sort_warning


def _sort_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if _is_a_library_s(filename):
        said = warnings.formatwarning(message, category, filename, lineno, "")
        logging.getLogger("charlab").debug("%s", said.strip())
    else:
        _show_warning(message, category, filename, lineno, file, line)


def _is_a_library_s(filename: str) -> bool:
    path = Path(filename)
    folders = (_PACKAGE, Path(sysconfig.get_path("stdlib")))
    return (
        not {"site-packages", "dist-packages"}.isdisjoint(path.parts)
        or any(path.is_relative_to(folder) for folder in folders)
        or filename.startswith("<")
    )


@contextlib.contextmanager
def rarely_collected() -> Iterator[None]:
    """Looks for garbage rarely: texts and modules are many objects, and come to stay."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
