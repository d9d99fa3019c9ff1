"""Which pruner watches a sweep's trials, how often they validate for it, and where they report."""

import dataclasses
from collections.abc import Mapping, Sequence

from charlab.builders.corpus import Prepared
from charlab.config.sweep_schema import SweepOptions
from charlab.sweeps.search.parameter import Parameter

_AUTO = "successive_halving"  # the pruner of sweep.pruner=auto


def pruner_of(options: SweepOptions, objectives: Sequence[str]) -> str:
    """The pruner, also where the sweep leaves it open."""
    if options.pruner != "auto":
        return options.pruner
    return _AUTO if len(objectives) == 1 and objectives[0].startswith("val/") else "none"


def validate_more(
    options: SweepOptions,
    objectives: Sequence[str],
    space: Mapping[str, Parameter],
    fixed: list[str],
    prepared: Prepared,
) -> tuple[list[str], Prepared]:
    """Has trials that may be pruned validate as often as the sweep asks for.

    It is one of their fixed overrides: a trial's command line repeats its run.
    """
    key, every, run = "trainer.validate_every", options.validate_every, prepared.options
    is_set = key in space or run.trainer.validate_every is not None
    if every is None or is_set or pruner_of(options, objectives) == "none":
        return fixed, prepared
    trainer = dataclasses.replace(run.trainer, validate_every=every)
    run = dataclasses.replace(run, trainer=trainer)
    return [*fixed, f"{key}={every:.15g}"], dataclasses.replace(prepared, options=run)


def report_unit(prepared: Prepared) -> tuple[int, int | None]:
    """Characters between two validations of a run, and of its whole training (None: by time)."""
    options, train = prepared.options, prepared.corpus.splits["train"]
    trainer = options.trainer
    epoch = options.task.characters_per_epoch(train, prepared.corpus.layout)
    if prepared.corpus.layout == "sequences":
        width = epoch / max(1, train.documents)
    else:
        width = float(options.dataset.seq_len)
    step = options.dataset.batch_size * width
    every = trainer.validate_every or 1.0
    unit = epoch if trainer.validate_every is None else int(every * (epoch if every < 1 else step))
    limits = []
    if trainer.max_epochs is not None:
        limits.append(trainer.max_epochs * epoch)
    if trainer.max_steps is not None:
        limits.append(int(trainer.max_steps * step))
    return max(1, unit), min(limits) if limits else None
