"""A network against a split: exact metrics that no setting of training changes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from charlab.data.batches.batch import Batch
from charlab.evaluation.bits_per_character import OriginalText


class Meter(ABC):
    """Sums over the batches of a split, divided once, at the end: exact metrics.

    Args:
        size: how many sums.

    Attributes:
        sums: all that was counted so far, (size,) float64; those of several meters add up.
    """

    def __init__(self, size: int) -> None:
        self.sums = torch.zeros(size, dtype=torch.float64)

    @abstractmethod
    def update(self, batch: Batch) -> None:
        """Adds a batch; computes in float32, whatever precision trains."""

    @abstractmethod
    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """The metrics so far, without a split's prefix.

        Args:
            text: what the batches were made of, where they were a whole text.
        """


def measure(
    network: nn.Module, meter: Meter, batches: Iterable[Batch], text: OriginalText | None = None
) -> dict[str, float]:
    """Exact metrics of a network over batches, without a split's prefix.

    Args:
        network: what is measured.
        meter: an empty one.
        batches: a split's.
        text: the split's, for what is said of its characters whatever the unit.
    """
    with evaluating(network):
        for batch in batches:
            meter.update(batch)
    return meter.compute(text)


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """The network in evaluation mode; afterwards in the mode that it was in."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)
