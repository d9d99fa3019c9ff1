"""What passes between a task, its training loop and those around it."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from charlab.config.constraints import at_least
from charlab.config.schema import AdamOptions, SchedulerOptions, SGDOptions
from charlab.errors import CharlabError


class DivergedError(CharlabError):
    """The loss is no longer a finite number."""


class Stopped(Exception):  # noqa: N818  (a request that was granted, not an error)
    """A signal asked the run to stop; its state is at a window's end and can be saved.

    Args:
        signum: the signal.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by signal {signum}")
        self.signum = signum


@dataclass(frozen=True)
class TrainingOptions:
    """How a network is trained.

    Attributes:
        optimizer: the optimizer's options.
        scheduler: the learning rate's options.
        precision: "float32" or "bf16", resolved.
        gradient_clip: what the gradient's norm is cut to; None: never.
        validate_every: optimizer steps between validations; None: after every epoch.
        log_every: optimizer steps between points of the curves.
        accumulate: windows to an optimizer step.
    """

    optimizer: AdamOptions | SGDOptions
    scheduler: SchedulerOptions
    precision: str
    gradient_clip: float | None
    validate_every: int | None
    log_every: int
    accumulate: int = 1


@dataclass
class Sums:
    """Sums since the curves' last point; tensors stay on the device until they are read.

    Losses and correct predictions are this process's, counts those of all.
    """

    device: Tensor  # (3,): loss, gradient norm, correct predictions
    windows: Annotated[int, at_least(0)] = 0  # optimizer steps; the name is that in checkpoints
    predictions: Annotated[int, at_least(0)] = 0
    measured: Annotated[int, at_least(0)] = 0  # predictions whose correctness was counted
    characters: Annotated[int, at_least(0)] = 0
    seconds: Annotated[float, at_least(0)] = 0.0
