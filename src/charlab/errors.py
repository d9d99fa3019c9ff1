"""Errors that a user can do something about.

A message is one line: what is wrong, where, what to do. The commands print it and exit with 1.
"""

import difflib
import errno
import os
import traceback
from collections.abc import Iterable

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class CharlabError(Exception):
    """Base of every error that is the input's fault and not the program's.

    Args:
        lines: a message; several where several things are wrong.
    """

    @property
    def lines(self) -> tuple[str, ...]:
        """The messages."""
        return tuple(map(str, self.args))

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the message, as a command does."""
        if os.environ.get("HYDRA_FULL_ERROR") == "1":
            return traceback.format_exception(self)
        return [f"{type(self).__name__}: {line}" for line in self.lines]


class ConfigError(CharlabError):
    """A setting is unknown, of the wrong type or out of range."""


class DataError(CharlabError):
    """A source of text is missing, unreadable or unfit for the task."""


class UnknownCharacterError(CharlabError):
    """A text holds characters that the vocabulary lacks."""


class CheckpointError(CharlabError):
    """A checkpoint is missing, damaged, unsafe or of another kind than asked for."""


class RunError(CharlabError):
    """A run's folder is missing, taken or cannot be written."""


class RunInUseError(RunError):
    """Another process works on the run."""


class SweepError(CharlabError):
    """A sweep cannot begin or go on."""


def one_line(error: BaseException) -> str:
    """What an exception says, in one line; of one that is no user's fault also its kind."""
    notes = getattr(error, "__notes__", ())  # whose it is, where it is not charlab's own
    text = " ".join(" ".join((str(error), *notes)).split())
    if isinstance(error, CharlabError):
        return str(error).replace("\n", "; ")
    known = line_about_the_machine(error)
    if known is not None:
        return known
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def line_about_the_machine(error: BaseException) -> str | None:
    """A line for what the machine lacks (memory, disk, permission); None for a fault of ours."""
    if isinstance(error, OSError) and error.strerror:
        where = f" {error.filename}" if error.filename else ""
        says = "the disk is full" if error.errno in DISK_FULL else "the system says"
        return f"{says}: {error.strerror}{where}".replace("\n", r"\n")  # a file's name may have one
    text = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate" in text:
        return (
            "out of memory: lower dataset.batch_size, dataset.seq_len, model.hidden_size or "
            "model.embedding_size"
        )
    return None


_SHOWN = 12  # choices that a message lists at most


def nearest(word: str, choices: list[str]) -> str:
    """Words the end of a message about an unknown name: the nearest choice, or what there is."""
    if near := closest(word, choices):
        return f"did you mean {near!r}?"
    more = f", … ({len(choices)} in all)" if len(choices) > _SHOWN else ""
    return f"choose one of: {', '.join(choices[:_SHOWN])}{more}"


def closest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str:
    """The choice that a word may stand for, in either case of letters; empty if none is near.

    Args:
        cutoff: how much they have in common at least, from 0 to 1 (`difflib`'s ratio).
    """
    by_lower = {choice.lower(): choice for choice in reversed(list(choices))}
    typed = word.lower()
    longer = [choice for choice in by_lower if len(typed) > 2 and choice.startswith(typed)]
    shorter = [choice for choice in by_lower if len(choice) > 2 and typed.startswith(choice)]
    close = difflib.get_close_matches(typed, by_lower, n=1, cutoff=cutoff)
    found = [typed] if typed in by_lower else [*close, *sorted(longer, key=len), *shorter]
    return by_lower[found[0]] if found else ""
