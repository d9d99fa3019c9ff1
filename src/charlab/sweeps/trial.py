"""One trial of a sweep: an ordinary run in the sweep's folder, begun or gone on with."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from charlab.builders.corpus import prepare
from charlab.config.compose import Composition
from charlab.config.fields import flat
from charlab.config.hydra_app import check
from charlab.config.schema import RunOptions, is_incidental, is_of_body
from charlab.config.validation import to_plain
from charlab.errors import CheckpointError
from charlab.runs import folder as runs
from charlab.runs.checkpoint import Checkpoint, load_last
from charlab.sweeps.search.trial_folders import MARKER
from charlab.sweeps.workers.worker import JobEnd
from charlab.system.signals import Interrupted
from charlab.system.terminal import LOGGER, warn
from charlab.training.callbacks.pruning import Watch
from charlab.training.run import resume, train


def run_trial(
    arguments: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
) -> JobEnd:
    """Runs a trial to its end, from its own checkpoint if it has one.

    Args:
        arguments: the overrides of its run.
        composition: how its configuration is composed; "fixed": the overrides of all trials.

    Raises:
        CharlabError: if settings or data are unfit, or training diverges.
    """
    LOGGER.setLevel("DEBUG")
    LOGGER.propagate = False
    config = Composition.from_plain(composition).compose(arguments)
    options = check(config)
    searched = [word for word in arguments if word not in composition.get("fixed", ())]
    checkpoint = _own_checkpoint(folder, options)
    try:
        if checkpoint is None:
            prepared = prepare(options, words=arguments)
            _clear(folder)
            result = train(
                prepared,
                folder=folder,
                config_yaml=OmegaConf.to_yaml(config),
                overrides=arguments,
                watch=watch,
                searched=searched,
            )
        else:
            with runs.exclusive(folder):
                own = dataclasses.replace(checkpoint.options, callbacks=options.callbacks)
                result = resume(checkpoint, own, folder, watch=watch, searched=searched)
    except Interrupted:
        return JobEnd("interrupted", {})
    metrics = {k: float(v) for k, v in result.metrics.items() if not isinstance(v, str)}
    return JobEnd(result.status, {**metrics, **result.validated})


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

    Where the data are is no matter either: they are compared themselves. Nor is the shape of the
    network that ``init=`` brought: the sweep's definition says whose.
    """
    there = dict(flat(to_plain(had)))
    return [
        key
        for key, value in flat(to_plain(dataclasses.replace(asked, callbacks={})))
        if value not in (None, "auto", there.get(key))
        and not key.endswith("path")
        and not (asked.init.run and (key == "init.run" or is_of_body(key)))
        and not is_incidental(key)
    ]


def _clear(folder: Path) -> None:
    """Makes room for a trial whose process died before it could save anything."""
    for path in folder.glob("*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARKER:
            path.unlink()
    folder.parent.mkdir(parents=True, exist_ok=True)
