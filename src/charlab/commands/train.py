"""Training from a command line's job and from a program: ``charlab.train(["model=gru"])``."""

import gc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from charlab.builders.corpus import prepare
from charlab.config.overrides import take_out
from charlab.config.schema import RunOptions
from charlab.errors import ConfigError
from charlab.runs.folder import require_writable
from charlab.system.startup import rarely_collected
from charlab.system.terminal import start_logging

if TYPE_CHECKING:
    from charlab.api import TrainedModel
    from charlab.training.run import Result


def compose(overrides: Sequence[str] = ()) -> RunOptions:
    """The settings of a run, as ``train.py`` makes them of the same words.

    Args:
        overrides: such as ``["model=gru", "optimizer.lr=0.01"]``; values are taken literally.

    Raises:
        ConfigError: a line for each fault.
    """
    return _compose(_words(overrides))[0]


def train(overrides: Sequence[str] = ()) -> "TrainedModel":
    """Trains a run to its end and loads its best network, as ``train.py`` does by the same words.

    >>> model = charlab.train(["model=gru", "trainer.max_epochs=5", "optimizer.lr=0.01"])
    >>> model.generate("Mar", count=3)

    ``resume=latest`` (or ``resume=`` a run's folder) goes on with a run that stopped. Ctrl-C, or a
    notebook's button that interrupts the kernel, stops at the end of a step and saves; what is
    given then is the best network so far.

    Args:
        overrides: settings, such as ``["model=gru", "optimizer.lr=0.01"]``; values are taken
            literally.

    Returns:
        The network, in evaluation mode, on the CPU; ``.path`` is its checkpoint.

    Raises:
        CharlabError: if settings, data or machine are unfit, or training diverges.
        KeyboardInterrupt: if it is interrupted before training begins, or a second time.
    """
    from charlab.api import load_model
    from charlab.commands.resume import resume_run

    overrides = _words(overrides)
    stopped, rest = take_out(overrides, "resume")
    if stopped is None:
        options, config = _compose(overrides)
        result = run(options, config, overrides, None)
    else:
        result = resume_run(stopped, rest)
    gc.collect()  # a trainer and its parts hold each other, and their memory
    return load_model(result.folder)


def run(
    options: RunOptions, config: str, overrides: Sequence[str], folder: Path | None
) -> "Result":
    """Trains a run whose settings are composed.

    Args:
        options: its settings.
        config: the composed YAML that they come from, which the run's folder keeps.
        overrides: the words that composed it.
        folder: the run's; None: a new one below ``output_dir``.

    Raises:
        CharlabError: as :func:`train`.
    """
    require_writable(options.output_dir)
    start_logging()
    with rarely_collected():
        prepared = prepare(
            options, words=overrides
        )  # finds unfit data before anything heavy is imported
        from charlab.training.run import train as train_run

    return train_run(prepared, folder=folder, config_yaml=config, overrides=overrides)


def _compose(overrides: Sequence[str]) -> tuple[RunOptions, str]:
    from omegaconf import OmegaConf

    from charlab.config.compose import Composition
    from charlab.config.hydra_app import check
    from charlab.config.overrides import protect

    for override in overrides:
        if override.lstrip("+~").startswith(("hydra.", "hydra/")):
            raise ConfigError(f"{override}: Hydra's own settings are train.py's: leave it out")
    config = Composition.here().compose(protect(overrides))
    return check(config), OmegaConf.to_yaml(config)


def _words(overrides: Sequence[str]) -> list[str]:
    """Overrides as a list; one may stand alone."""
    if isinstance(overrides, str):
        return [overrides]
    if not isinstance(overrides, Iterable):
        raise ConfigError(f"settings are a list of texts, ['model=gru', …], got {overrides!r:.60}")
    for word in (words := list(overrides)):
        if not isinstance(word, str):
            raise ConfigError(f"a setting is a text, as 'model=gru', got {word!r:.60}")
    return words
