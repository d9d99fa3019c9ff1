"""One trial of a sweep: an ordinary run in the sweep's folder, begun or gone on with."""

import shutil
from pathlib import Path
from typing import Any

from charlab import runs
from charlab.callbacks.watching import Watch
from charlab.checkpoint import Checkpoint
from charlab.commands.resume import load_last
from charlab.commands.train import Result, resume, train
from charlab.config.composing import check
from charlab.config.composition import Composition
from charlab.errors import CheckpointError
from charlab.preparation import prepare
from charlab.signals import Interrupted
from charlab.sweeps.job import JobEnd
from charlab.terminal import LOGGER, warn


def run_trial(
    words: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
) -> JobEnd:
    """Runs a trial to its end, from its own checkpoint if it has one.

    Args:
        words: the overrides of its run.
        composition: how its configuration is composed.
        folder: its own.
        watch: told every validation; may give it up.

    Raises:
        CharlabError: if settings or data are unfit, or training diverges.
    """
    LOGGER.setLevel("DEBUG")
    LOGGER.propagate = False
    checkpoint = _own_checkpoint(folder)
    try:
        if checkpoint is None:
            result = _begin(words, composition, folder, watch)
        else:
            with runs.exclusive(folder):
                result = resume(checkpoint, checkpoint.options, folder, watch=watch)
    except Interrupted:
        return JobEnd("interrupted", {})
    figures = {k: float(v) for k, v in result.metrics.items() if not isinstance(v, str)}
    return JobEnd(result.status, {**figures, **result.validated})


def _own_checkpoint(folder: Path) -> Checkpoint | None:
    if not runs.has_checkpoint(folder):
        return None
    try:
        return load_last(folder)
    except CheckpointError as error:
        warn(f"{error}; the trial starts anew")
        return None


def _begin(
    words: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
) -> Result:
    config = Composition.from_plain(composition).compose(words)
    prepared = prepare(check(config))
    if folder.exists():  # a process died here before it could save anything
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    from omegaconf import OmegaConf

    yaml = OmegaConf.to_yaml(config)
    return train(prepared, folder=folder, config_yaml=yaml, overrides=words, watch=watch)
