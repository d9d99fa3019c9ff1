"""Standard input as a file: it can be read once only, a file as often as needed."""

import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

from charlab.errors import DataError

DASH = "-"


@cache
def spooled() -> Path:
    """A file with all that standard input holds; it is gone when the process ends.

    Raises:
        DataError: if there is no standard input, or no room for it.
    """
    if sys.stdin is None:
        raise DataError("dataset.path=-: there is no standard input")
    if sys.stdin.isatty():
        print("dataset.path=-: type or paste the text; Ctrl-D ends it", file=sys.stderr)
    file = Path(_folder().name, "standard_input")
    try:
        with file.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target, 2**20)
    except OSError as error:
        raise DataError(f"cannot read standard input: {error.strerror}") from error
    return file


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="charlab-")
