"""What a person sees: lines on the screen, the same lines in a run's log."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from rich.console import Console

LOGGER = logging.getLogger("charlab")


class _Screen:
    """Standard output as it is now; a closed terminal or a full disk behind it ends no run."""

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
        except BrokenPipeError:  # whoever read it has enough
            raise
        except OSError as error:  # the null device takes the rest: it would be tried for ever
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            LOGGER.warning("standard output cannot be written: %s", error.strerror)


console = Console(
    file=cast("IO[str]", _Screen()), highlight=False, markup=False, emoji=False, soft_wrap=True
)


def say(text: str) -> None:
    """Says something on the screen and in the run's log, where there is one."""
    LOGGER.info(text)


def warn(text: str) -> None:
    """The same for what the user should think about."""
    LOGGER.warning(text)


class _ScreenHandler(logging.Handler):
    """Prints above a progress bar, if one is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            text = f"warning: {text}"
        console.print(text)


def start_logging() -> None:
    """Shows the log on the screen; to be called once by a door."""
    LOGGER.handlers.clear()
    LOGGER.addHandler(_ScreenHandler(logging.INFO))
    LOGGER.setLevel(logging.DEBUG)  # a run's log also holds the traceback of what ended it
    LOGGER.propagate = False


def hush_lightning() -> None:
    """Keeps Lightning's own remarks off the screen; to be called after it is imported."""
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning.fabric", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)


class _LogFileHandler(logging.FileHandler):
    """Says once, on the screen, that the log cannot be written; the run goes on."""

    _said = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Called where a record could not be written."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._said:
            self._said = True
            warn(f"cannot write {self.baseFilename}: {error.strerror}; the log has a gap")

    def close(self) -> None:
        """Closes the file, whether or not its last lines can be written."""
        with contextlib.suppress(OSError):
            super().close()


class LogFile:
    """Writes the log to a file as long as the context lasts; appends to what is there."""

    def __init__(self, path: Path) -> None:
        self._handler = _LogFileHandler(path, encoding="utf-8", errors="backslashreplace")
        form = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
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
