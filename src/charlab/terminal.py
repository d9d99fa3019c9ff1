"""What a person sees: lines on the screen, the same lines in a run's log."""

import logging
import sys
from pathlib import Path

from rich.console import Console

from charlab.files import open_regular

LOGGER = logging.getLogger("charlab")
console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def say(text: str) -> None:
    """Says something on the screen and in the run's log, where there is one."""
    LOGGER.info(text)


def warn(text: str) -> None:
    """The same for what the user should think about."""
    LOGGER.warning(text)


def note(text: str) -> None:
    """Says something beside a command's answer: on standard error, and in no log."""
    print(text, file=sys.stderr, flush=True)


class _Screen(logging.Handler):
    """Prints above a progress bar, if one is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            text = f"warning: {text}"
        console.print(text)


def start_logging() -> None:
    """Shows the log on the screen; to be called once by a door."""
    LOGGER.handlers.clear()
    LOGGER.addHandler(_Screen(logging.INFO))
    LOGGER.setLevel(logging.DEBUG)  # a run's log also holds the traceback of what ended it
    LOGGER.propagate = False


def hush_lightning() -> None:
    """Keeps Lightning's own remarks off the screen; to be called after it is imported."""
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning.fabric", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)


class LogFile:
    """Writes the log to a file as long as the context lasts; appends to what is there."""

    def __init__(self, path: Path) -> None:
        self._file = open_regular(path, "a", encoding="utf-8", errors="backslashreplace")
        self._handler = logging.StreamHandler(self._file)
        form = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._handler.setFormatter(form)

    def __enter__(self) -> "LogFile":
        LOGGER.addHandler(self._handler)
        return self

    def __exit__(self, *_: object) -> None:
        LOGGER.removeHandler(self._handler)
        self._handler.close()
        self._file.close()


def duration(seconds: float) -> str:
    """Seconds as h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
