"""Errors that a user can do something about.

Every message is one line: what is wrong, where, what to do. The doors print it and exit with 1.
"""


class CharlabError(Exception):
    """Base of every error that is the input's fault and not the program's."""


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


def line_about_the_machine(error: BaseException) -> str | None:
    """A line for what the machine lacks (memory, disk, permission); None for a fault of ours."""
    if isinstance(error, OSError) and error.strerror:
        where = f" {error.filename}" if error.filename else ""
        return f"the system says: {error.strerror}{where}"
    text = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate" in text:
        return (
            "out of memory: lower dataset.batch_size, dataset.seq_len, model.hidden_size or "
            "model.embedding_size"
        )
    return None
