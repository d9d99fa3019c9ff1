"""Which metrics a sweep may compare, and in which direction."""

from collections.abc import Iterable, Sequence

from charlab.builders.corpus import Prepared
from charlab.config.schema import RunOptions
from charlab.config.sweep_schema import SweepOptions
from charlab.config.task_options import RUN_METRICS, higher_is_better
from charlab.config.validation import build, to_plain
from charlab.errors import ConfigError, nearest

_OTHERS = ("train/loss", *(metric.name for metric in RUN_METRICS))


def require_objectives(options: SweepOptions, prepared: Prepared) -> tuple[str, ...]:
    """A sweep's objectives.

    Raises:
        ConfigError: if one is no figure of these runs, or they do not go with other settings.
    """
    several = options.objectives
    objectives = several or (options.objective,)
    known = [f"val/{metric.name}" for metric in prepared.options.task.metrics]
    known += [*(f"best/{name}" for name in known), *_OTHERS]
    for name in objectives:
        if name.startswith("test/"):
            raise ConfigError(
                f"{name} decides nothing: settings that are chosen by the test part make its "
                f"figure too good; choose by {name.replace('test/', 'val/')}"
            )
        if name not in known:
            raise ConfigError(f"objective {name!r} is no figure here: {nearest(name, known)}")
        if name.startswith(("val/", "best/")) and "val" not in prepared.corpus.splits:
            raise ConfigError(
                f"objective {name} needs a validation part: give dataset.split.fractions one"
            )
    twice = [name for place, name in enumerate(objectives) if name in objectives[:place]]
    if twice:
        raise ConfigError(f"sweep.objectives names {twice[0]} twice: leave one out")
    if len(objectives) > 1:
        _require_several(options)
    elif options.pruner not in ("auto", "none") and not objectives[0].startswith("val/"):
        raise ConfigError(
            f"sweep.pruner={options.pruner} watches validations, and {objectives[0]} is not "
            "measured by them: set sweep.pruner=none"
        )
    return objectives


def _require_several(options: SweepOptions) -> None:
    if options.pruner not in ("auto", "none"):
        raise ConfigError(
            f"sweep.pruner={options.pruner} compares trials by one figure, and sweep.objectives "
            "has several: set sweep.pruner=none, or one sweep.objective"
        )
    if options.finalists:
        raise ConfigError(
            "sweep.finalists are the best by one figure, and sweep.objectives has several: "
            "leave one of them out"
        )
    if options.direction != "auto":
        raise ConfigError(
            "sweep.direction is for one objective; of several, each goes its natural way"
        )


def direction_of(objective: str, wish: str) -> str:
    """ "minimize" or "maximize": the user's wish, or what is natural."""
    if wish != "auto":
        return wish
    return "maximize" if higher_is_better(objective) else "minimize"


def follow_objective(
    fixed: list[str], space: Iterable[str], objectives: Sequence[str], options: RunOptions
) -> list[str]:
    """A sweep's fixed overrides, so that a trial's best checkpoint is the one that is compared."""
    keys = {word.lstrip("+").partition("=")[0] for word in (*fixed, *space)}
    if len(objectives) > 1 or "task.monitor" in keys or options.task.monitor == objectives[0]:
        return fixed
    plain = to_plain(options)
    plain["task"]["monitor"] = objectives[0]
    try:
        build(RunOptions, plain)
    except ConfigError:  # a figure that decides no checkpoint
        return fixed
    return [*fixed, f"task.monitor={objectives[0]}"]
