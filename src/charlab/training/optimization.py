"""Optimizers by name, and the learning rate over a run's progress."""

import math
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

from charlab.config.schema import AdamOptions, SchedulerOptions, SGDOptions


def build_optimizer(
    options: AdamOptions | SGDOptions, parameters: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    """The optimizer that the options stand for.

    Kernels that update all parameters in one go ("fused") are used: at these model sizes the time
    between kernels costs more than the arithmetic.
    """
    if isinstance(options, SGDOptions):
        return torch.optim.SGD(
            parameters,
            options.lr,
            momentum=options.momentum,
            weight_decay=options.weight_decay,
            fused=True,
        )
    adam = torch.optim.AdamW if options.name == "adamw" else torch.optim.Adam
    return adam(
        parameters,
        options.lr,
        betas=options.betas,
        weight_decay=options.weight_decay,
        fused=True,
    )


def _cosine(share: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * share))


_DECAYS: dict[str, Callable[[float], float]] = {
    "cosine": _cosine,
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
