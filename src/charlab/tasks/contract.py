"""What a task adds to the training loop."""

from abc import abstractmethod
from typing import Generic, TypeVar

import pytorch_lightning as pl
from torch import Tensor, nn

from charlab.data.batch import Batch
from charlab.metrics import Meter
from charlab.models.state import State
from charlab.tasks.records import Outcome

Network = TypeVar("Network", bound=nn.Module)


class TaskContract(pl.LightningModule, Generic[Network]):
    """How a batch becomes a loss, and what a task's metrics are."""

    @abstractmethod
    def forward_window(self, batch: Batch, state: State | None, *, measure: bool) -> Outcome:
        """One window's forward pass; runs under autocast, losses are to be float32.

        Args:
            batch: the window.
            state: the state it begins with; None: zero.
            measure: whether correct predictions are to be counted (a pass over the logits).
        """

    @abstractmethod
    def amounts(self, batch: Batch) -> tuple[float | Tensor, float | Tensor]:
        """What a window's objective, a mean, is divided by: here, and for all processes' shares."""

    @abstractmethod
    def new_meter(self) -> Meter:
        """An empty meter for a split's figures."""

    @abstractmethod
    def training_figures(self, loss: float) -> dict[str, float]:
        """A mean training loss and what is derived from it, without the split's prefix."""

    def scales(self, windows: list[Batch], processes: int) -> list[float | Tensor | None]:
        """What each window's objective counts in its step's: its share of all that is predicted.

        Gradients are averaged over processes, so a share of the sum is taken that many times.
        None: the window is the whole.
        """
        if len(windows) == 1 and windows[0].whole is None:
            return [None]
        amounts = [self.amounts(window) for window in windows]
        total = sum(whole for _, whole in amounts)
        return [processes * own / total for own, _ in amounts]
