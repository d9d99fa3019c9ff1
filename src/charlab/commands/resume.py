"""``resume=``: a run goes on exactly where it stopped, in its own folder."""

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlab import runs
from charlab.config.check import check_some, dotted_keys
from charlab.config.overrides import protect, take_out
from charlab.config.schema import RunOptions, TrainerOptions
from charlab.data_paths import AGAIN, take_paths
from charlab.errors import CheckpointError, ConfigError
from charlab.files import copy_atomically

if TYPE_CHECKING:
    from charlab.checkpoint import Checkpoint

# What a resumed run may change: when it ends, what it says and saves, where it computes, and
# where its data are, which stay the same.
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
    *(f"dataset.{name}" for name in AGAIN),
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
    given, others = take_paths(rest)
    changes = read_changes(others)
    if run == "latest":
        folder = runs.find_newest(output_dir)
    else:
        folder = runs.find(run, output_dir, None, "resume")
    if folder.is_file():
        raise ConfigError(f"resume={run} is a file: give the run's folder")
    from charlab.terminal import start_logging

    start_logging()
    return _resume(folder, changes, given, protect(rest))


def _resume(
    folder: Path, changes: dict[str, Any], given: Mapping[str, str], words: Sequence[str]
) -> int:
    from charlab.commands.train import resume
    from charlab.terminal import remark

    follows = _unless_it_follows(folder, changes)
    if follows is None:
        remark(f"run: {folder}")
    with follows or runs.exclusive(folder):
        checkpoint = load_last(folder).with_data(given)
        options = _changed(checkpoint.options, changes)
        result = resume(checkpoint, options, folder, words)
    return 0 if result.signal is None else 128 + result.signal


def load_last(folder: Path) -> "Checkpoint":
    """A run's last checkpoint; its best, which takes that one's place, if the last is damaged.

    Raises:
        CheckpointError: if neither can be read, or the last is whole and may not be read.
    """
    from charlab.checkpoint import load
    from charlab.terminal import warn

    last, best = (folder / runs.CHECKPOINTS / name for name in (runs.LAST, runs.BEST))
    try:
        return load(last)
    except CheckpointError as error:
        is_kept_from_us = isinstance(error.__cause__, OSError) and last.exists()
        if is_kept_from_us or not best.exists():
            raise
        try:
            checkpoint = load(best)
        except CheckpointError as other:
            raise CheckpointError(f"{error}; nor does {runs.BEST} help: {other}") from error
        step = checkpoint.training.get("progress", {}).get("step")
        warn(f"{error}; the run goes on from {runs.BEST}, which was saved at step {step}")
    copy_atomically(best, last)
    return checkpoint


def _changed(options: RunOptions, changes: dict[str, Any]) -> RunOptions:
    trainer = dataclasses.replace(options.trainer, **changes)
    return dataclasses.replace(options, trainer=trainer)


def _unless_it_follows(
    folder: Path, changes: dict[str, Any]
) -> AbstractContextManager[None] | None:
    """An empty context in a process that follows the first one on a cluster, which has the lock."""
    from charlab.parallel.places import rank_outside

    if rank_outside(2) == 0:  # no cluster of several hosts gave it a rank
        return None
    nodes = _changed(load_last(folder).options, changes).trainer.nodes
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
    value, rest = take_out(words, "output_dir")
    return value or "outputs", rest
