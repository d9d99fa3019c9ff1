"""``resume=``: a run goes on exactly where it stopped, in its own folder."""

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlab.commands.train import compose
from charlab.config.fields import dotted_keys
from charlab.config.loggers import require_loggers
from charlab.config.overrides import protect, take_out
from charlab.config.schema import RunOptions, TrainerOptions
from charlab.config.targets import Target
from charlab.config.unknown_words import nearest_key
from charlab.config.validation import check_some
from charlab.errors import ConfigError
from charlab.runs import folder as runs
from charlab.runs.data_paths import AGAIN, take_paths

if TYPE_CHECKING:
    from charlab.training.run import Result

# What a resumed run may change: when it ends, what it says, logs and saves, where it computes,
# where its data are, which stay the same, and what is called around its training. Anything else
# would make it another run.
ACCEPTED = (
    "trainer.max_epochs",
    "trainer.max_steps",
    "trainer.max_minutes",
    "trainer.patience",
    "trainer.log_every",
    "trainer.checkpoint_minutes",
    "trainer.progress",
    "trainer.figures",
    "trainer.accelerator",
    "trainer.devices",
    "trainer.nodes",
    "trainer.strategy",
    "logger",
    *(f"dataset.{name}" for name in AGAIN),
    "callbacks",
)


def resume_run(run: str, arguments: Sequence[str], *, announce: bool = False) -> "Result":
    """Goes on with a run, with a few overrides.

    Args:
        run: "latest" or a run's folder.
        arguments: overrides, each of them one of ``ACCEPTED``.
        announce: whether to say at the end what can be done with the run.

    Raises:
        CharlabError: if an override is not accepted, there is no such run, or it cannot go on.
    """
    given_dir, rest = take_out(arguments, "output_dir")
    output_dir = given_dir or "outputs"
    given, others = take_paths(rest)
    own = [word for word in others if word.startswith(("callbacks=", "callbacks."))]
    loggers = [word for word in others if word.startswith(("logger=", "logger."))]
    changes = read_changes([word for word in others if word not in own + loggers])
    callbacks = read_callbacks(own)
    if loggers:
        changes["logger"] = compose(loggers).logger
    if run == "latest":
        folder = runs.find_newest(output_dir)
    else:
        folder = runs.find(run, output_dir, (), "resume")
    if folder.suffix == runs.EXPORTED:
        raise ConfigError(
            f"resume={run} holds a network to be used, without the optimizer's state: give the "
            "folder of the run that it was exported from"
        )
    if folder.is_file():
        raise ConfigError(f"resume={run} is a file: give the run's folder")
    from charlab.system.terminal import start_logging

    start_logging()
    return _resume(folder, changes, callbacks, given, protect(rest), announce=announce)


def _resume(
    folder: Path,
    changes: dict[str, Any],
    callbacks: dict[str, Target],
    given: Mapping[str, str],
    arguments: Sequence[str],
    *,
    announce: bool,
) -> "Result":
    from charlab.commands.next_steps import say_next_steps
    from charlab.runs.checkpoint import load_last
    from charlab.system.terminal import remark
    from charlab.training.run import resume

    follows = _unless_it_follows(folder, changes)
    if follows is None:
        remark(f"run: {folder}")
    with follows or runs.exclusive(folder):
        checkpoint = load_last(folder).with_data(given)
        options = _changed(checkpoint.options, changes)
        options = dataclasses.replace(options, callbacks=callbacks)
        require_loggers(options.logger)
        result = resume(checkpoint, options, folder, arguments)
    if follows is None and announce:
        say_next_steps(result, options)
    return result


def _changed(options: RunOptions, changes: dict[str, Any]) -> RunOptions:
    logger = changes.get("logger", options.logger)
    in_trainer = {key: value for key, value in changes.items() if key != "logger"}
    trainer = dataclasses.replace(options.trainer, **in_trainer)
    return dataclasses.replace(options, trainer=trainer, logger=logger)


def _unless_it_follows(
    folder: Path, changes: dict[str, Any]
) -> AbstractContextManager[None] | None:
    """An empty context in a process that follows the first one on a cluster, which has the lock."""
    from charlab.runs.checkpoint import load_last
    from charlab.training.distributed.launch import rank_outside

    if rank_outside(2) == 0:  # no cluster of several hosts gave it a rank
        return None
    nodes = _changed(load_last(folder).options, changes).trainer.nodes
    return None if rank_outside(nodes) == 0 else nullcontext()


def read_changes(arguments: Sequence[str]) -> dict[str, Any]:
    """Overrides as values of the trainer's options.

    Raises:
        ConfigError: a line for each that is not accepted, of the wrong type or out of range.
    """
    values: dict[str, Any] = {}
    faults = []
    for word in arguments:
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


def read_callbacks(arguments: Sequence[str]) -> dict[str, Target]:
    """The callbacks that a command line asks for, and those of the user's own configurations.

    A run's own folder brings none: it may come from elsewhere.

    Raises:
        ConfigError: if the words make none.
    """
    from charlab.config.compose import Composition

    composition = Composition.here()
    if not arguments and not composition.first:
        return {}
    from omegaconf import OmegaConf

    config = composition.compose(protect(arguments)).get("callbacks")
    plain = OmegaConf.to_container(config, resolve=True) if config else {}
    callbacks: dict[str, Target] = check_some(RunOptions, {"callbacks": plain}, prefix="")[
        "callbacks"
    ]
    return callbacks


def _refusal(key: str) -> str:
    known = {
        *dotted_keys(RunOptions, {}),
        *(field.name for field in dataclasses.fields(RunOptions)),
    }
    near = "" if key in known else nearest_key(key, ACCEPTED)
    if near:
        return f"unknown setting {key!r}: did you mean {near!r}?"
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
