"""Optimizers by name, and the learning rate over a run's progress."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from charlab.config.schema import AdamOptions, SchedulerOptions, SGDOptions
from charlab.config.validation import check_some
from charlab.errors import CheckpointError
from charlab.runs.checkpoint import named, require_like


def build_optimizer(
    options: AdamOptions | SGDOptions, parameters: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    """The optimizer that the options stand for.

    Kernels that update all parameters in one go ("fused") are used: at these model sizes the time
    between kernels costs more than the arithmetic.
    """
    common: dict[str, Any] = {
        "lr": options.lr,
        "weight_decay": options.weight_decay,
        "fused": True,
    }
    if isinstance(options, SGDOptions):
        return torch.optim.SGD(parameters, momentum=options.momentum, **common)
    adam = torch.optim.AdamW if options.name == "adamw" else torch.optim.Adam
    return adam(parameters, betas=options.betas, **common)


_SLOTS = {
    torch.optim.SGD: {"momentum_buffer"},
    torch.optim.Adam: {"step", "exp_avg", "exp_avg_sq"},
    torch.optim.AdamW: {"step", "exp_avg", "exp_avg_sq"},
}


def load_optimizer_state(
    optimizer: torch.optim.Optimizer, parameters: Sequence[nn.Parameter], state: dict[str, Any]
) -> None:
    """Gives a new optimizer the state of a checkpoint; its settings stay its own.

    A fused kernel trusts what it is given: a tensor of another shape is written beyond its end.

    Args:
        optimizer: what `build_optimizer` made of the parameters.
        parameters: all of them, in order.
        state: what the optimizer's ``state_dict`` gave.

    Raises:
        CheckpointError: if it is not the state of such an optimizer.
    """
    own, slots = optimizer.state_dict(), named(named(state, object)["state"], object)
    if slots and slots.keys() != set(range(len(parameters))):
        raise CheckpointError("the optimizer's state is not that of the network's weights")
    for index, parts in slots.items():
        if named(parts, object).keys() != _SLOTS[type(optimizer)]:
            raise CheckpointError(f"the optimizer's state {index} holds {', '.join(parts)}")
        for name, part in parts.items():
            like = torch.zeros(()) if name == "step" else parameters[index]
            require_like(part, like, f"the optimizer's {name} {index}")
            if name in ("step", "exp_avg_sq") and bool((part < 0).any()):
                raise CheckpointError(f"the optimizer's {name} {index} is below 0")
    (settings,), (stored,) = own["param_groups"], state["param_groups"]
    rate = {"lr": named(stored, object)["lr"]}  # of the last step; all else is configured
    settings |= check_some(AdamOptions, rate, prefix="the optimizer's ")
    optimizer.load_state_dict({"state": slots, "param_groups": [settings]})


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


def clip_gradient(parameters: Sequence[nn.Parameter], limit: float | None) -> Tensor:
    """Cuts the gradient's norm to a limit, if there is one; gives the norm before that."""
    if limit is None:
        return nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
    return nn.utils.clip_grad_norm_(parameters, limit)
