"""Lanes that read tokens, through a model's steps or from folded weights.

B samples, A of them still going on, V vocabulary size.
"""

from typing import Protocol

from torch import Tensor

from charlab.decoding.model_protocol import StepModel
from charlab.decoding.prompt import Context
from charlab.models.folded.weights import FoldedModel, FoldedReader
from charlab.models.state import select_lanes


class Reader(Protocol):
    """Lanes that read tokens; where they stand is kept inside."""

    logits: Tensor  # of the next token in each lane, (A, V)

    def read(self, ids: Tensor) -> None:
        """One more token in each lane, (A,)."""

    def keep(self, lanes: Tensor) -> None:
        """Goes on with these lanes alone; ``logits`` mean nothing until the next token."""


class ModelReader:
    """A language model's lanes, read step by step where the model is.

    Args:
        model: gives the logits.
        context: where the samples begin, B lanes.
    """

    def __init__(self, model: StepModel, context: Context) -> None:
        self._model = model
        self.logits, self._state, self._condition = context

    def read(self, ids: Tensor) -> None:
        """See `Reader`."""
        ids = ids.to(self.logits.device)
        self.logits, self._state = self._model.step(ids, self._state, condition=self._condition)

    def keep(self, lanes: Tensor) -> None:
        """See `Reader`; a lane may be kept several times."""
        self._state = select_lanes(self._state, lanes)
        self._condition = None if self._condition is None else self._condition[lanes]


class FoldedLanes:
    """Several lanes on a CPU, read from folded weights.

    All in PyTorch: its threads and those of NumPy's products would wait for each other.

    Args:
        folded: the weights.
        context: where the samples begin, B lanes.
    """

    def __init__(self, folded: FoldedModel, context: Context) -> None:
        self._reader = FoldedReader(folded, context.state, context.condition)
        self.logits = context.logits

    def read(self, ids: Tensor) -> None:
        """See `Reader`."""
        self._reader.step(ids)
        self.logits = self._reader.logits

    def keep(self, lanes: Tensor) -> None:
        """See `Reader`."""
        self._reader.keep(lanes)
