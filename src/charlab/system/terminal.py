"""What a person sees: lines on the screen, the same lines in a run's log.

Texts, labels, file names and settings come from anywhere and may hold what a terminal obeys.
Whatever goes to a screen or a log passes `visible`.
"""

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from rich.console import Console
from rich.text import Text

from charlab.system.files import open_regular
from charlab.system.style import THEME, Part, has_colour, is_screen, line, painted, styled
from charlab.system.style import visible as visible  # what most of its users have at hand

LOGGER = logging.getLogger("charlab")
_WIDTH, _INDENT = 80, "  "


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


class _Console(Console):
    @property
    def is_terminal(self) -> bool:
        """Whether a bar may be drawn again and again; colour alone makes no screen of a pipe."""
        return is_screen(self.file)


console = _Console(
    file=cast("IO[str]", _Screen()),
    theme=THEME,
    color_system="standard" if has_colour(sys.stdout) else None,
    highlight=False,
    markup=False,
    emoji=False,
    soft_wrap=True,
)


def say(text: Part) -> None:
    """Says a line on the screen and, without its styles, in the run's log, where there is one."""
    LOGGER.info(text)


def warn(text: Part) -> None:
    """The same for what the user should think about."""
    LOGGER.warning(text)


def told(what: str, *about: Part) -> Text:
    """A line about something, which it names first: "model: gru …"."""
    return line(styled(what, "heading"), ": ", *about)


def show(*lines: Part) -> None:
    """Lines of a command's answer on standard output."""
    for text in lines:
        print(painted(_wrapped(text) if isinstance(text, Text) else text))


def remark(text: Part) -> None:
    """A line about the answer, which is no part of it: on standard error, and dim."""
    shown = styled(text, "dim") if isinstance(text, str) else text
    print(painted(shown, sys.stderr), file=sys.stderr, flush=True)


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


def screen_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return console.width if console.is_terminal else _WIDTH


def clipped(text: Part) -> Text:
    """A line cut to the screen's width."""
    shown = line(text)
    shown.truncate(screen_width(), overflow="ellipsis")
    return shown


def _wrapped(text: Text) -> Text:
    """A line that a terminal would break anywhere, broken between words.

    What a user may want to copy, a path or a command, stays in one piece.
    """
    width = console.width
    spans = (span.style for span in text.spans)
    whole = not console.is_terminal or text.cell_len <= width
    if whole or any(style in ("path", "command") for style in (text.style, *spans)):
        return text
    lines = text.wrap(console, width - len(_INDENT))
    for part in lines:
        part.rstrip()
    return Text("\n" + _INDENT).join(lines)


class _OnScreen(logging.Handler):
    """Prints above a progress bar, if one is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.msg if isinstance(record.msg, Text) else line(record.getMessage())
        is_warning = record.levelno >= logging.WARNING
        if is_warning:
            said = line(styled("warning: ", "warning"), said)
        is_prose = is_warning or isinstance(record.msg, Text)  # a sample is as it is
        try:
            console.print(_wrapped(said) if is_prose else said)
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
