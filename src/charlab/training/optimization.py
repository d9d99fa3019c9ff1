"""How weights are updated: the state of optimizers, the learning rate over a run's progress."""

import copy
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from charlab.config.schema import AdamOptions, RunOptions, SchedulerOptions, SGDOptions
from charlab.config.targets import OptimizerTarget, SchedulerTarget
from charlab.errors import CheckpointError, ConfigError
from charlab.runs.checkpoint import named, require_like
from charlab.system.terminal import warn
from charlab.targets.making import (
    interval_of,
    make_optimizer,
    make_scheduler,
    monitor_of,
    step_scheduler,
)


def two_rates(
    options: AdamOptions | SGDOptions | OptimizerTarget,
    head: Sequence[nn.Parameter],
    body: Sequence[nn.Parameter],
    *,
    factor: float,
) -> Optimizer:
    """An optimizer in which the body has a share of the head's rate, the one that curves show.

    Discriminative fine-tuning (Howard & Ruder 2018, arXiv:1801.06146, section 3.2).
    """
    optimizer = make_optimizer(options, [{"params": list(head)}, {"params": list(body)}])
    optimizer.param_groups[1]["lr"] *= factor
    return optimizer


def require_rates(optimizer: Optimizer, factor: float) -> None:
    """Refuses a scheduler that has given the body another rate than its share of the head's.

    Raises:
        ConfigError: if it has, as one whose rates are its own settings (OneCycleLR).
    """
    rates = [group["lr"] for group in optimizer.param_groups]
    if factor != 1 and not math.isclose(float(rates[1]), float(rates[0]) * factor):
        raise ConfigError(
            f"init.body_lr={factor:g}: this scheduler sets every rate itself; leave one of them out"
        )


@contextmanager
def rate_scaled(optimizer: Optimizer, factor: float) -> Iterator[None]:
    """Multiplies the rates as long as the context lasts."""
    if factor == 1:
        yield
        return
    rates = [group["lr"] for group in optimizer.param_groups]
    for group in optimizer.param_groups:
        group["lr"] = group["lr"] * factor
    try:
        yield
    finally:
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate


def load_optimizer_state(
    optimizer: Optimizer, state: dict[str, Any], frozen: Collection[nn.Parameter] = ()
) -> None:
    """Gives a new optimizer the state of a checkpoint; its settings stay its own.

    A fused kernel trusts what it is given: a tensor of another shape is written beyond its end. So
    the optimizer takes a step first, and every part of its state then says what is to stand there.
    The parameters are to be loaded after this, not before.

    Args:
        optimizer: new, of the parameters.
        state: what the optimizer's ``state_dict`` gave.
        frozen: parameters that it may have no state of yet.

    Raises:
        CheckpointError: if it is not the state of such an optimizer.
    """
    slots, stored = named(named(state, object)["state"], object), state["param_groups"]
    own = optimizer.state_dict()["param_groups"]
    if slots:
        ordered = [p for group in optimizer.param_groups for p in group["params"]]
        for number, parameter in enumerate(ordered):
            if number in slots or not any(parameter is other for other in frozen):
                parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
        optimizer.zero_grad()
        slots = adopted(optimizer.state_dict()["state"], slots, "the optimizer's state")
    groups = [
        {
            name: adopted(value, theirs[name], f"the optimizer's {name}")
            if name != "params" and name in theirs and not isinstance(value, bool)
            else value
            for name, value in group.items()
        }
        for group, theirs in zip(own, stored, strict=True)
    ]
    optimizer.load_state_dict({"state": slots, "param_groups": groups})


_NEVER_BELOW_0 = ("step", "exp_avg_sq", "max_exp_avg_sq", "square_avg", "sum")


def adopted(own: Any, stored: Any, where: str) -> Any:
    """A state of a checkpoint in the place of one's own, if it is made of the same parts.

    Numbers and tensors are taken; whatever else there is, as words and functions, stays.

    Raises:
        CheckpointError: if it is made otherwise.
    """
    if isinstance(own, dict):
        if not isinstance(stored, dict) or stored.keys() != own.keys():
            raise CheckpointError(f"{where} has not the parts that it is to have")
        taken = copy.copy(own)
        for name, part in own.items():
            taken[name] = adopted(part, stored[name], f"{where} {name}")
            below = name in _NEVER_BELOW_0 and isinstance(taken[name], Tensor | int | float)
            if below and bool((torch.as_tensor(taken[name]) < 0).any()):
                raise CheckpointError(f"{where} {name} is below 0")
        return taken
    if isinstance(own, list | tuple):
        if not isinstance(stored, list | tuple) or len(stored) != len(own):
            raise CheckpointError(f"{where} has not the parts that it is to have")
        return type(own)(adopted(a, b, where) for a, b in zip(own, stored, strict=True))
    if isinstance(own, Tensor):
        require_like(stored, own, where)
        return stored
    if isinstance(own, int | float):
        if not isinstance(stored, int | float):
            raise CheckpointError(f"{where} is no number")
        return stored
    return own


def plain_state(value: Any) -> Any:
    """A state as plain data and tensors; what else is in it is set by the settings anew."""
    if isinstance(value, Mapping):
        return {key: plain_state(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain_state(part) for part in value]
    return value if isinstance(value, Tensor | bool | int | float | str) else None


_DECAYS: dict[str, Callable[[float], float]] = {
    "cosine": lambda share: 0.5 * (1 + math.cos(math.pi * share)),
    "linear": lambda share: 1 - share,
    "constant": lambda share: 1.0,
}


def rate_factor(options: SchedulerOptions, share: float) -> float:
    """What the highest learning rate is multiplied by.

    A function of progress alone: nothing has to be stored, and the same curve follows epochs,
    steps or minutes, whichever limit ends the run.

    Args:
        options: shape, share of the run spent warming up, and final factor.
        share: how much of the run is done, from 0 to 1.
    """
    if share < options.warmup:
        return max(share / options.warmup, 0.01)  # a rate of 0 would waste the first step
    left = (share - options.warmup) / (1 - options.warmup)
    decay = _DECAYS[options.name](min(1.0, left))
    return options.final + (1 - options.final) * decay


class Schedule:
    """Sets the learning rate from how much of the run is done; nothing has to be stored.

    Args:
        optimizer: new; its rate is the highest one.
    """

    def __init__(self, options: SchedulerOptions, optimizer: Optimizer) -> None:
        self._options = options
        self._optimizer = optimizer
        self._highest = [group["lr"] for group in optimizer.param_groups]

    def rate(self, share: float) -> float:
        """The rate of the next step, at a share of the run."""
        highest: float = self._highest[0]
        return highest * rate_factor(self._options, share)

    def before_step(self, share: float) -> None:
        """Sets the rate of the next step."""
        factor = rate_factor(self._options, share)
        for group, highest in zip(self._optimizer.param_groups, self._highest, strict=True):
            group["lr"] = highest * factor

    def after_step(self, *, epoch_is_over: bool) -> None:
        """Called after each step of the optimizer."""

    def after_validation(self, metrics: Mapping[str, float]) -> None:
        """Called with each validation's metrics, by their full tags."""

    def state(self) -> dict[str, Any] | None:
        """What a checkpoint has to hold of it; None: nothing."""
        return None

    def load(self, state: Any) -> None:
        """Takes up what :meth:`state` gave, after the optimizer's state was loaded.

        Raises:
            CheckpointError: if it is the state of another one.
        """


class SteppedSchedule(Schedule):
    """A scheduler of PyTorch's, or one of the user's own in its form.

    Args:
        optimizer: new.
        steps: the optimizer steps of the whole run, if they are known.
    """

    def __init__(self, run: RunOptions, optimizer: Optimizer, steps: int | None) -> None:
        options = run.scheduler
        assert isinstance(options, SchedulerTarget)
        self._optimizer = optimizer
        self._monitor = monitor_of(options, run)
        self._scheduler: LRScheduler = make_scheduler(options, optimizer, steps, self._monitor)
        self._interval = interval_of(options, self._scheduler)

    def rate(self, share: float) -> float:
        """The rate of the next step, which the scheduler has set already."""
        return float(self._optimizer.param_groups[0]["lr"])

    def before_step(self, share: float) -> None:
        """Nothing: the rate is set after the step before."""

    def after_step(self, *, epoch_is_over: bool) -> None:
        """Steps the scheduler if that is its interval."""
        if self._interval == "step" or (self._interval == "epoch" and epoch_is_over):
            total = getattr(self._scheduler, "total_steps", None)
            if total is None or self._scheduler.last_epoch + 1 < total:  # else the rate stays
                step_scheduler(self._scheduler)

    def after_validation(self, metrics: Mapping[str, float]) -> None:
        """Steps the scheduler if that is its interval."""
        if self._interval == "validation":
            step_scheduler(self._scheduler, metrics[self._monitor])

    def state(self) -> dict[str, Any]:
        """The scheduler's numbers."""
        state: dict[str, Any] = plain_state(self._scheduler.state_dict())
        return state

    def load(self, state: Any) -> None:
        """Takes them up."""
        own = self._scheduler.state_dict()
        state = adopted(own, state, "the scheduler's state")
        self._scheduler.load_state_dict(state)
        ends = state.get("total_steps")
        if ends is not None and ends < own["total_steps"]:
            warn(f"the schedule of this run ends at step {ends}: after it the rate stays")


def make_schedule(run: RunOptions, optimizer: Optimizer, steps: int | None) -> Schedule:
    """What sets a run's learning rate, for a new optimizer."""
    if isinstance(run.scheduler, SchedulerTarget):
        return SteppedSchedule(run, optimizer, steps)
    return Schedule(run.scheduler, optimizer)


def clip_gradient(parameters: Sequence[nn.Parameter], limit: float | None) -> Tensor:
    """Cuts the gradient's norm to a limit, if there is one; gives the norm before that."""
    if limit is None:
        return nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
    return nn.utils.clip_grad_norm_(parameters, limit)
