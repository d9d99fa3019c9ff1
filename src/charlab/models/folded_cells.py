"""The cells as plain array arithmetic, for drawing text on a CPU.

At one character per step a framework's bookkeeping costs several times the arithmetic. These forms
have none: NumPy's functions, writing into arrays that were made once. Two things are folded into
the weights beforehand. The rows of all gates that pass through a sigmoid come first and are halved,
because sigmoid(a) = (1 + tanh(a / 2)) / 2: one tanh then serves all gates at once.

Arrays are (H,) for one lane and (B, H) for several: all functions work on the last axis.
B lanes, H hidden size, G number of gates.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from charlab.models.cells import Cell, GRUCell, LSTMCell, VanillaCell

Array = npt.NDArray[Any]  # float32, or float64 if the model's parameters are


class FoldedCell(ABC):
    """One step of a recurrence in place; made for a number of lanes.

    Args:
        cell: what it is the folded form of.
        parts: the state, each (..., H); every step overwrites them.

    Attributes:
        parts: the state as it is now, each (..., H).
        order: the cell's gates in the order in which the folded form has them.
        halved: how many of them, from the first on, pass through a sigmoid.
    """

    order: ClassVar[tuple[int, ...]]
    halved: ClassVar[int]

    def __init__(self, cell: Cell, parts: tuple[Array, ...]) -> None:
        self.parts = parts
        hidden = parts[0]
        self._size = hidden.shape[-1]
        gates = len(self.order) * self._size
        self._gates = np.empty((*hidden.shape[:-1], gates), hidden.dtype)
        self._half = hidden.dtype.type(0.5)

    @classmethod
    def fold(cls, weight: Array) -> Array:
        """A weight (G*H, N) or bias (G*H,) with its gates in this form's order, halved."""
        blocks = weight.reshape(len(cls.order), -1, *weight.shape[1:])[list(cls.order)]
        blocks[: cls.halved] *= 0.5
        return blocks.reshape(weight.shape)

    @abstractmethod
    def step(self, x_gates: Array, h_gates: Array) -> None:
        """Advances the state: the products (..., G*H) are folded ones, their biases included."""

    def _sigmoids(self, gates: Array) -> None:
        """Of halved gates that went through tanh already: what the sigmoid of the whole is."""
        np.multiply(gates, self._half, gates)
        np.add(gates, self._half, gates)


class FoldedVanilla(FoldedCell):
    """See `VanillaCell`."""

    order = (0,)
    halved = 0

    def __init__(self, cell: Cell, parts: tuple[Array, ...]) -> None:
        super().__init__(cell, parts)
        assert isinstance(cell, VanillaCell)
        self._rectified = cell.nonlinearity == "relu"

    def step(self, x_gates: Array, h_gates: Array) -> None:
        """See `FoldedCell.step`."""
        (hidden,) = self.parts
        if self._rectified:
            np.add(x_gates, h_gates, hidden)
            np.maximum(hidden, 0, out=hidden)
        else:
            np.add(x_gates, h_gates, self._gates)
            np.tanh(self._gates, hidden)


class FoldedLSTM(FoldedCell):
    """See `LSTMCell`; input, forget and output gate stand before the candidate."""

    order = (0, 1, 3, 2)
    halved = 3

    def __init__(self, cell: Cell, parts: tuple[Array, ...]) -> None:
        super().__init__(cell, parts)
        size = self._size
        self._sigmoid_gates = self._gates[..., : 3 * size]
        self._blocks = tuple(self._gates[..., i * size : (i + 1) * size] for i in range(4))
        self._product = np.empty_like(parts[1])

    def step(self, x_gates: Array, h_gates: Array) -> None:
        """See `FoldedCell.step`."""
        hidden, memory = self.parts
        i, f, o, g = self._blocks
        np.add(x_gates, h_gates, self._gates)
        np.tanh(self._gates, self._gates)
        self._sigmoids(self._sigmoid_gates)
        np.multiply(f, memory, memory)
        np.multiply(i, g, self._product)
        np.add(memory, self._product, memory)
        np.tanh(memory, self._product)
        np.multiply(o, self._product, hidden)


class FoldedGRU(FoldedCell):
    """See `GRUCell`."""

    order = (0, 1, 2)
    halved = 2

    def __init__(self, cell: Cell, parts: tuple[Array, ...]) -> None:
        super().__init__(cell, parts)
        size = self._size
        self._sigmoid_gates = self._gates[..., : 2 * size]
        self._blocks = tuple(self._gates[..., i * size : (i + 1) * size] for i in range(3))

    def step(self, x_gates: Array, h_gates: Array) -> None:
        """See `FoldedCell.step`."""
        (hidden,) = self.parts
        r, z, n = self._blocks
        sigmoids = self._sigmoid_gates
        split = 2 * self._size
        np.add(x_gates[..., :split], h_gates[..., :split], sigmoids)
        np.tanh(sigmoids, sigmoids)
        self._sigmoids(sigmoids)
        np.multiply(r, h_gates[..., split:], n)
        np.add(n, x_gates[..., split:], n)
        np.tanh(n, n)
        np.subtract(hidden, n, hidden)
        np.multiply(hidden, z, hidden)
        np.add(hidden, n, hidden)


FOLDED: dict[type[Cell], type[FoldedCell]] = {
    VanillaCell: FoldedVanilla,
    LSTMCell: FoldedLSTM,
    GRUCell: FoldedGRU,
}
"""The folded form of each cell; a cell without one is stepped through by PyTorch."""
