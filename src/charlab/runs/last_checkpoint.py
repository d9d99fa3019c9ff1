"""From which checkpoint a run goes on: its last, or its best where the last is damaged."""

from pathlib import Path
from typing import TYPE_CHECKING

from charlab.errors import CheckpointError
from charlab.runs import folder as runs
from charlab.system.files import copy_atomically

if TYPE_CHECKING:
    from charlab.runs.checkpoint import Checkpoint


def load_last(folder: Path) -> "Checkpoint":
    """A run's last checkpoint; its best, which takes that one's place, if the last is damaged.

    Raises:
        CheckpointError: if neither can be read, or the last is whole and may not be read.
    """
    from charlab.runs.checkpoint import load
    from charlab.system.terminal import warn

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
