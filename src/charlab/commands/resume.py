"""``resume=``: a run goes on exactly where it stopped, in its own folder."""

import dataclasses
import difflib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from charlab import runs
from charlab.config.check import check_some, dotted_keys
from charlab.config.schema import RunOptions, TrainerOptions
from charlab.errors import CheckpointError, ConfigError

# What a resumed run may change: when it ends, what it says and saves, where it computes.
# Anything else would make it another run.
ACCEPTED = (
    "trainer.max_epochs",
    "trainer.max_steps",
    "trainer.max_minutes",
    "trainer.patience",
    "trainer.log_every",
    "trainer.checkpoint_minutes",
    "trainer.progress",
    "trainer.accelerator",
    "trainer.devices",
    "trainer.nodes",
    "trainer.strategy",
)


def resume_from_words(run: str, words: Sequence[str]) -> int:
    """Resumes a run with a few overrides.

    Args:
        run: "latest" or a run's folder.
        words: overrides, each of them one of ``ACCEPTED``.

    Returns:
        An exit code.

    Raises:
        CharlabError: if an override is not accepted, there is no such run, or it cannot go on.
    """
    output_dir, rest = _output_dir(words)
    changes = read_changes(rest)
    folder = runs.find(run, output_dir, None, "resume")
    if folder.is_file():
        raise ConfigError(f"resume={run} is a file: give the run's folder")
    from charlab.terminal import start_logging

    start_logging()
    if run == "latest":
        folder = _newest_loadable(output_dir)
    return _resume(folder, changes, rest)


def _newest_loadable(output_dir: str) -> Path:
    """The newest run whose last checkpoint can be read; others are passed over with a warning."""
    from charlab.checkpoint import load
    from charlab.terminal import warn

    for folder in runs.newest_first(output_dir):
        try:
            load(folder / runs.CHECKPOINTS / runs.LAST)
        except CheckpointError as error:
            warn(str(error))
        else:
            return folder
    raise CheckpointError(f"no run in {output_dir}/ has a checkpoint that can be read")


def _resume(folder: Path, changes: dict[str, Any], words: Sequence[str]) -> int:
    from charlab.checkpoint import load
    from charlab.commands.train import resume

    last = folder / runs.CHECKPOINTS / runs.LAST
    if not last.exists():
        raise CheckpointError(f"{folder} has no {runs.CHECKPOINTS}/{runs.LAST} to go on from")
    with _unless_it_follows(last, changes) or runs.exclusive(folder):
        checkpoint = load(last)
        options = _changed(checkpoint.options, changes)
        result = resume(checkpoint, options, folder, words)
    return 0 if result.signal is None else 128 + result.signal


def _changed(options: RunOptions, changes: dict[str, Any]) -> RunOptions:
    trainer = dataclasses.replace(options.trainer, **changes)
    return dataclasses.replace(options, trainer=trainer)


def _unless_it_follows(last: Path, changes: dict[str, Any]) -> AbstractContextManager[None] | None:
    """An empty context in a process that follows the first one on a cluster, which has the lock."""
    from charlab.parallel.places import rank_outside

    if rank_outside(2) == 0:  # no cluster of several hosts gave it a rank
        return None
    from charlab.checkpoint import load

    nodes = _changed(load(last).options, changes).trainer.nodes
    return None if rank_outside(nodes) == 0 else nullcontext()


def read_changes(words: Sequence[str]) -> dict[str, Any]:
    """Overrides as values of the trainer's options.

    Raises:
        ConfigError: a line for each that is not accepted, of the wrong type or out of range.
    """
    values: dict[str, Any] = {}
    faults = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            faults.append(f"{word!r} is not of the form key=value")
        elif key not in ACCEPTED:
            faults.append(_refusal(key))
        else:
            values[key.removeprefix("trainer.")] = _scalar(value)
    if faults:
        raise ConfigError(*faults)
    return check_some(TrainerOptions, values, prefix="trainer.")


def _refusal(key: str) -> str:
    close = difflib.get_close_matches(key, ACCEPTED, n=1, cutoff=0.85)
    known = {
        *dotted_keys(RunOptions, {}),
        *(field.name for field in dataclasses.fields(RunOptions)),
    }
    if close and key not in known:
        return f"unknown setting {key!r}: did you mean {close[0]!r}?"
    return f"{key} cannot change in a resumed run; what can: {', '.join(ACCEPTED)}"


def _scalar(value: str) -> int | float | str | None:
    """A word's value as Hydra would read it: a number, null, or a word."""
    if value == "null":
        return None
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _output_dir(words: Sequence[str]) -> tuple[str, list[str]]:
    from charlab.config.overrides import take_out

    value, rest = take_out(words, "output_dir")
    return value or "outputs", rest
