"""One trial of a sweep: an ordinary run in the sweep's folder, begun or gone on with."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlab import runs
from charlab.callbacks.watching import Watch
from charlab.checkpoint import Checkpoint
from charlab.commands.resume import load_last
from charlab.commands.train import Result, resume, train
from charlab.config.check import to_plain
from charlab.config.composing import check
from charlab.config.composition import Composition
from charlab.config.schema import RunOptions
from charlab.errors import CheckpointError
from charlab.preparation import prepare
from charlab.signals import Interrupted
from charlab.sweeps.folders import MARKER
from charlab.sweeps.job import JobEnd
from charlab.sweeps.planning import flat
from charlab.sweeps.spec import INCIDENTAL
from charlab.terminal import LOGGER, warn

if TYPE_CHECKING:
    from omegaconf import DictConfig


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
    config = Composition.from_plain(composition).compose(words)
    options = check(config)
    checkpoint = _own_checkpoint(folder, options)
    try:
        if checkpoint is None:
            result = _begin(config, options, words, folder, watch)
        else:
            with runs.exclusive(folder):
                result = resume(checkpoint, checkpoint.options, folder, watch=watch)
    except Interrupted:
        return JobEnd("interrupted", {})
    figures = {k: float(v) for k, v in result.metrics.items() if not isinstance(v, str)}
    return JobEnd(result.status, {**figures, **result.validated})


def _own_checkpoint(folder: Path, options: RunOptions) -> Checkpoint | None:
    """The trial's checkpoint, if it is one and was made with the trial's settings."""
    if not runs.has_checkpoint(folder):
        return None
    try:
        checkpoint = load_last(folder)
    except CheckpointError as error:
        warn(f"{error}; the trial starts anew")
        return None
    others = _differences(options, checkpoint.options)
    if others:
        warn(f"{folder} was made with another {', '.join(others)}; the trial starts anew")
        return None
    return checkpoint


def _differences(asked: RunOptions, had: RunOptions) -> list[str]:
    """Settings that a checkpoint's run had otherwise; what was left to the data may be anything.

    Where the data are is no matter either: they are compared themselves.
    """
    there = dict(flat(to_plain(had)))
    return [
        key
        for key, value in flat(to_plain(asked))
        if value not in (None, "auto", there.get(key))
        and not key.endswith("path")
        and key not in INCIDENTAL
    ]


def _begin(
    config: "DictConfig", options: RunOptions, words: list[str], folder: Path, watch: Watch | None
) -> Result:
    prepared = prepare(options)
    for path in folder.glob("*"):  # a process died here before it could save anything
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARKER:
            path.unlink()
    folder.parent.mkdir(parents=True, exist_ok=True)
    from omegaconf import OmegaConf

    yaml = OmegaConf.to_yaml(config)
    return train(prepared, folder=folder, config_yaml=yaml, overrides=words, watch=watch)
