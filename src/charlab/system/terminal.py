"""What a person sees: lines on the screen, the same lines in a run's log.

Texts, labels, file names and settings come from anywhere and may hold what a terminal obeys.
Whatever goes to a screen or a log passes `visible`.
"""

import contextlib
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from rich.console import Console

from charlab.system.files import escape_bytes, open_regular

LOGGER = logging.getLogger("charlab")


class _Screen:
    """Standard output as it is now; a terminal, reader or disk that fails ends no run."""

    @property
    def _stream(self) -> Any:
        return getattr(sys.stdout, "rich_proxied_file", sys.stdout)  # what a progress bar covers

    def __getattr__(self, name: str) -> Any:
        if name == "rich_proxied_file":  # rich would write to that itself
            raise AttributeError(name)
        return getattr(self._stream, name)

    def write(self, text: str) -> None:
        """Writes; what cannot be written is lost."""
        self._try(lambda: self._stream.write(text))

    def flush(self) -> None:
        """Writes what waits."""
        self._try(self._stream.flush)

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:  # the null device takes the rest: it would be tried for ever
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            LOGGER.warning("standard output cannot be written: %s", error.strerror)


console = Console(
    file=cast("IO[str]", _Screen()),
    highlight=False,
    markup=False,
    emoji=False,
    soft_wrap=True,
    force_jupyter=False,  # lines below a cell, not an element of the page for each
)

# Controls (C0, C1), lone surrogates, line separators, and what turns the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]"
)


def visible(text: object, keep: str = "") -> str:
    r"""A text in which nothing moves a cursor, ends a line or turns the writing: ``\x1b``, ``\n``.

    Args:
        keep: characters that stay as they are, such as a newline.
    """
    shown = escape_bytes(str(text))
    return _UNSEEN.sub(lambda m: m[0] if m[0] in keep else ascii(m[0])[1:-1], shown)


def say(text: str) -> None:
    """Says a line on the screen and in the run's log, where there is one."""
    LOGGER.info(text)


def warn(text: str) -> None:
    """The same for what the user should think about."""
    LOGGER.warning(text)


def show(*lines: str) -> None:
    """Lines of a command's answer on standard output."""
    for line in lines:
        print(visible(line))


def remark(line: str) -> None:
    """A line about the answer, which is no part of it: on standard error."""
    print(visible(line), file=sys.stderr, flush=True)


def say_traceback(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """A fault of the program on standard error, as ``sys.excepthook`` is to say it."""
    lines = traceback.format_exception(kind, error, trace)
    print(visible("".join(lines), keep="\n\t"), end="", file=sys.stderr, flush=True)


def as_shown(text: str, keep: str = "") -> str:
    """What standard output gets of a text: all, to the letter; a terminal only what is visible."""
    return visible(text, keep) if sys.stdout.isatty() else text


def write(text: str) -> None:
    """A piece of text on standard output, as `as_shown` has it but for its line breaks and tabs."""
    sys.stdout.write(as_shown(text, keep="\n\t"))
    sys.stdout.flush()


class _OnScreen(logging.Handler):
    """Prints above a progress bar, if one is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        text = visible(record.getMessage())
        if record.levelno >= logging.WARNING:
            text = f"warning: {text}"
        try:
            console.print(text)
        except OSError:  # as `_Screen` has it, of a full disk
            console.quiet = True


class _LogForm(logging.Formatter):
    """A record as a line with its time; a traceback, where there is one, below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """The line."""
        keep = "\n" if record.levelno <= logging.DEBUG else ""  # what another process said
        record.message = visible(record.message, keep)
        return super().formatMessage(record)

    def formatException(self, *args: Any) -> str:  # noqa: N802
        """The traceback."""
        return visible(super().formatException(*args), keep="\n\t")


def start_logging() -> None:
    """Shows the log on the screen; to be called once by a command."""
    LOGGER.handlers.clear()
    LOGGER.addHandler(_OnScreen(logging.INFO))
    LOGGER.setLevel(logging.DEBUG)  # a run's log also holds the traceback of what ended it
    LOGGER.propagate = False


def hush_lightning() -> None:
    """Keeps Lightning's own remarks off the screen; to be called after it is imported."""
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning.fabric", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)


class _LogFileHandler(logging.StreamHandler[IO[str]]):
    """Says once, on the screen, that the log cannot be written; the run goes on."""

    _said = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Called where a record could not be written."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._said:
            self._said = True
            warn(f"cannot write {self.stream.name}: {error.strerror}; the log has a gap")

    def close(self) -> None:
        """Closes the file, whether or not its last lines can be written."""
        super().close()
        with contextlib.suppress(OSError):
            self.stream.close()


class LogFile:
    """Writes the log to a file as long as the context lasts; appends to what is there."""

    def __init__(self, path: Path) -> None:
        file = open_regular(path, "a", encoding="utf-8", errors="backslashreplace")
        self._handler = _LogFileHandler(file)
        form = _LogForm("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._handler.setFormatter(form)

    def __enter__(self) -> "LogFile":
        LOGGER.addHandler(self._handler)
        return self

    def __exit__(self, *_: object) -> None:
        LOGGER.removeHandler(self._handler)
        self._handler.close()


def duration(seconds: float) -> str:
    """Seconds as h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
