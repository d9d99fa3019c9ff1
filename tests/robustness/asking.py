"""A command asked in this process, whatever comes of it."""

import shlex
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

from tests.support.in_process import in_process

PACKAGE = "/charlab/"


@dataclass(frozen=True)
class Asked:
    """A command line.

    Attributes:
        script: "train.py" and so on.
        words: what follows it.
        stdin: what is on standard input.
        terminal: whether its output goes to a terminal.
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
    """What a command did.

    Attributes:
        code: its exit code; None if an exception came through that the command does not know.
        out: its standard output.
        err: its standard error.
        crash: that exception: its type, its message and the line of charlab that it came through.
    """

    code: int | None
    out: str
    err: str
    crash: str = ""


def ask(asked: Asked, folder: Path) -> Answer:
    """Gives a command in a folder."""
    try:
        with warnings.catch_warnings():  # so that a warning is shown every time, not just once
            warnings.simplefilter("default")
            warnings.filterwarnings(
                "ignore", message="Glyph"
            )  # as charlab does, but once, on import
            warnings.filterwarnings("ignore", module="torch|multiprocessing|pytorch_lightning")
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
