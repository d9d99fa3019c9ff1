"""A network with its data, and where a task shows what it makes of them while it trains."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from torch import nn

from charlab.data.corpus import Corpus

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class TrainedNetwork(Generic[Network]):
    """A network with its data at hand, for what a task shows while it trains and at its end.

    Attributes:
        network: the network.
        corpus: its data.
        seed: of the run; what is drawn at random follows from it.
        name: what it is called beside others; "" alone.
        text: what a gallery is to look at, normalized; None: something of the split.
        beside: others of the same task that pictures may show on the same axes.
    """

    network: Network
    corpus: Corpus
    seed: int
    name: str = ""
    text: str | None = None
    beside: "tuple[TrainedNetwork[Network], ...]" = ()


class ValidationWriter(Protocol):
    """Where a task shows what numbers do not: a run's loggers, of which each shows what it can."""

    def text(self, tag: str, text: str, step: int) -> None:
        """Writes a text, to the letter."""

    def image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """Writes an image, (height, width, 3)."""
