"""Making what a ``_target_`` names, with every fault of its arguments in one line."""

import inspect
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from charlab.config.schema import AdamOptions, RunOptions, SGDOptions
from charlab.config.targets import KEY, OptimizerTarget, SchedulerTarget
from charlab.config.task_options import higher_is_better
from charlab.config.validation import to_plain
from charlab.errors import CharlabError, ConfigError, nearest, one_line
from charlab.targets import Maker, find, find_callback

_FUSED: dict[str, Maker] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "sgd": torch.optim.SGD,
}
_EACH_STEP = (torch.optim.lr_scheduler.OneCycleLR, torch.optim.lr_scheduler.CyclicLR)


def make_optimizer(
    options: AdamOptions | SGDOptions | OptimizerTarget,
    parameters: Iterable[nn.Parameter] | Iterable[dict[str, Any]],
) -> Optimizer:
    """The optimizer that the options stand for.

    Kernels that update all parameters in one go ("fused") are used: at these model sizes the time
    between kernels costs more than the arithmetic.

    Raises:
        ConfigError: if there is no such class, or it does not take these arguments.
    """
    if not isinstance(options, OptimizerTarget):
        arguments = to_plain(options)
        named: Optimizer = _FUSED[arguments.pop("name")](parameters, fused=True, **arguments)
        return named
    kind, given = find("optimizer", options.path, "optimizer"), dict(options.keywords)
    first = next(iter(inspect.signature(kind).parameters), "")
    require_arguments(kind, given, "optimizer", without=first)
    if kind in _FUSED.values() and not {"foreach", "capturable", "differentiable"} & given.keys():
        given.setdefault("fused", True)
    with _worded("optimizer", options.path, "optimizer"):
        optimizer = kind(parameters, **given)
    if not isinstance(optimizer, Optimizer) or "lr" not in optimizer.param_groups[0]:
        raise ConfigError(f"optimizer.{KEY}={options.path} makes no optimizer with an lr")
    return optimizer


def make_scheduler(
    options: SchedulerTarget, optimizer: Optimizer, steps: int | None, monitor: str
) -> LRScheduler:
    """The scheduler that the options stand for, at its start.

    Args:
        steps: the optimizer steps of the whole run, for a scheduler that has to know; None: they
            are not known.
        monitor: the metric that is waited for, if one is: it decides the direction.

    Raises:
        ConfigError: if there is no such class, or it does not take these arguments.
    """
    arguments = dict(options.arguments)
    kind = find("scheduler", options.path, "scheduler")
    if kind is ReduceLROnPlateau:
        arguments.setdefault("mode", "max" if higher_is_better(monitor) else "min")
    elif kind is torch.optim.lr_scheduler.OneCycleLR and not {"total_steps", "epochs"} & set(
        arguments
    ):
        if steps is None:
            raise ConfigError("scheduler.total_steps is needed: this run is limited by time alone")
        arguments["total_steps"] = steps
    made = _make_scheduler({KEY: options.path, **arguments}, optimizer, "scheduler")
    if not isinstance(made, LRScheduler):
        raise ConfigError(f"scheduler.{KEY}={options.path} makes no scheduler")
    return made


def _make_scheduler(part: Any, optimizer: Optimizer, key: str) -> Any:
    """An argument as it is, with schedulers for the groups in it that have a ``_target_``."""
    if isinstance(part, list):
        return [_make_scheduler(p, optimizer, f"{key}.{i}") for i, p in enumerate(part)]
    if not isinstance(part, Mapping):
        return part
    made = {
        name: _make_scheduler(item, optimizer, f"{key}.{name}")
        for name, item in part.items()
        if name != KEY
    }
    if KEY not in part:
        return made
    kind = find("scheduler", str(part[KEY]), key)
    if "optimizer" in inspect.signature(kind).parameters:
        require_arguments(kind, made, key, without="optimizer")
        made["optimizer"] = optimizer
    with _worded("scheduler", str(part[KEY]), key), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of the order in which steps come
        return kind(**made)


def interval_of(options: SchedulerTarget, scheduler: LRScheduler) -> str:
    """When a scheduler is stepped: at each "step", "epoch" or "validation".

    Raises:
        ConfigError: if it waits for a metric and is not to be stepped where there is one.
    """
    if waits_for_metric(scheduler):
        if options.interval not in (None, "validation"):
            raise ConfigError(
                f"scheduler.interval={options.interval}: {options.path} waits for a metric, which "
                "validations alone measure: leave the interval out (trainer.validate_every)"
            )
        return "validation"
    if options.monitor is not None:
        raise ConfigError(f"scheduler.monitor: {options.path} waits for no metric; leave it out")
    return options.interval or ("step" if isinstance(scheduler, _EACH_STEP) else "epoch")


def waits_for_metric(scheduler: LRScheduler) -> bool:
    """Whether its step takes a metric, as that of ``ReduceLROnPlateau``."""
    return "metrics" in inspect.signature(scheduler.step).parameters


def monitor_of(options: SchedulerTarget, run: RunOptions) -> str:
    """The metric that a scheduler waits for.

    Raises:
        ConfigError: if validations do not measure it.
    """
    known = [f"val/{metric.name}" for metric in run.task.metrics]
    monitor = options.monitor or run.task.monitor
    if monitor not in known:
        raise ConfigError(f"scheduler.monitor={monitor} is not measured: {nearest(monitor, known)}")
    return monitor


def try_out(options: RunOptions) -> None:
    """Makes what is given by ``_target_`` for two numbers and lets it do a step.

    So its faults are found before any text is read.

    Raises:
        ConfigError: in one line.
    """
    for name, callback in options.callbacks.items():
        maker = find_callback(callback.path, f"callbacks.{name}")
        require_arguments(maker, callback.arguments, f"callbacks.{name}")
    weights = nn.Parameter(torch.zeros(2, 1))
    weights.grad = torch.zeros_like(weights)
    optimizer, target = make_optimizer(options.optimizer, [weights]), options.scheduler
    if isinstance(target, SchedulerTarget):
        monitor, trainer = monitor_of(target, options), options.trainer
        steps = None if trainer.max_epochs is None and trainer.max_steps is None else 100
        scheduler = make_scheduler(target, optimizer, steps, monitor)
        interval_of(target, scheduler)
    if isinstance(options.optimizer, OptimizerTarget):
        with _worded("optimizer", options.optimizer.path, "optimizer"):
            optimizer.step()
    if isinstance(target, SchedulerTarget):
        with _worded("scheduler", target.path, "scheduler"):
            step_scheduler(scheduler, 1.0)


def step_scheduler(scheduler: LRScheduler, metric: float | None = None) -> None:
    """One step, with the metric where it waits for one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        if waits_for_metric(scheduler):
            scheduler.step(metrics=metric)  # type: ignore[call-arg]
        else:
            scheduler.step()


def require_arguments(
    maker: Maker, given: Mapping[str, Any], key: str, *, without: str = ""
) -> None:
    """Refuses arguments that a class does not have, and their lack where it needs them.

    Args:
        without: the argument that is not the user's to give.

    Raises:
        ConfigError: a line for each fault, with the arguments that there are.
    """
    parameters = [p for p in inspect.signature(maker).parameters.values() if p.name != without]
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    names = [p.name for p in named]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    what = getattr(maker, "__name__", str(maker))
    faults = [
        f"unknown setting '{key}.{name}': {what} takes {', '.join(names) or 'no arguments'}"
        for name in given
        if name not in names and not takes_any
    ]
    faults += [
        f"setting '{key}.{p.name}' is missing: {what} takes {', '.join(names)}"
        for p in named
        if p.default is p.empty and p.name not in given
    ]
    if faults:
        raise ConfigError(*faults)


@contextmanager
def _worded(kind: str, path: str, key: str) -> Iterator[None]:
    """Says what PyTorch's own class does not take; an error in the user's code keeps its place."""
    try:
        yield
    except CharlabError:
        raise
    except Exception as error:
        if getattr(find(kind, path, key), "__module__", "").startswith("torch."):
            raise ConfigError(f"{key} ({path}): {one_line(error)}") from error
        error.add_note(f"This was raised by {key}.{KEY}={path}, which is the user's own.")
        raise
