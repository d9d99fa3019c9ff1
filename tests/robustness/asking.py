"""A command asked in this process, whatever comes of it."""

import os
import shlex
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.support.in_process import in_process

PACKAGE = "/charlab/"


@dataclass(frozen=True)
class Asked:
    """A command line: "train.py" and the like, what follows, what is on standard input.

    ``terminal`` says whether its output goes to one.
    """

    script: str
    words: tuple[str, ...]
    stdin: bytes = b""
    terminal: bool = False

    def __str__(self) -> str:
        shown = [word if len(word) < 200 else f"{word[:200]}…({len(word)})" for word in self.words]
        line = " ".join(["python", self.script, *map(shlex.quote, shown)])
        return line + (f"  < {self.stdin[:60]!r}" if self.stdin else "")


@dataclass(frozen=True)
class Answer:
    """What a command did: its exit code, what it wrote, and the exception that it did not know."""

    code: int | None
    out: str
    err: str
    crash: str = ""


def ask(asked: Asked, folder: Path) -> Answer:
    """Gives a command in a folder."""
    try:
        with warnings.catch_warnings():  # so that a warning is shown every time, not just once
            warnings.simplefilter("default")
            warnings.filterwarnings("ignore", message="Glyph")  # as charlab does, once, on import
            warnings.filterwarnings("ignore", module="torch|multiprocessing|pytorch_lightning")
            with patch.dict(os.environ, NO_COLOR="1"):  # what is raw then is not ours
                done = in_process(
                    asked.script,
                    *asked.words,
                    stdin=asked.stdin,
                    folder=folder,
                    terminal=asked.terminal,
                )
    except Exception as error:
        return Answer(None, "", "", crash_of(error))
    return Answer(done.returncode, done.stdout, done.stderr)


def crash_of(error: BaseException) -> str:
    """An exception in one line: the same for the same fault."""
    ours = [f for f in traceback.extract_tb(error.__traceback__) if PACKAGE in f.filename]
    where = f"{ours[-1].filename.split(PACKAGE)[1]}:{ours[-1].name}" if ours else "outside"
    return f"{type(error).__name__} in {where}: {str(error)[:300]}"
