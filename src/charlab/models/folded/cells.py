"""The cells as plain array arithmetic, for drawing text on a CPU.

At one character per step a framework's bookkeeping costs several times the arithmetic. These forms
have none: functions that write into arrays which were made once. The rows of all gates that pass
through a sigmoid come first and are halved, because sigmoid(a) = (1 + tanh(a / 2)) / 2: one tanh
then serves all gates at once.

One lane is computed in NumPy, whose calls are cheapest, in arrays (H,); several are computed in
PyTorch, which uses all cores, in arrays (B, H). All functions work on the last axis.
B lanes, H hidden size, G number of gates.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch

from charlab.models.cells import Cell, GRUCell, LSTMCell, VanillaCell

Array = Any  # of NumPy or PyTorch; float32, or float64 if the model's parameters are


@dataclass(frozen=True)
class Arithmetic:
    """What a step is made of; the last argument takes the result.

    Attributes:
        add, subtract, multiply: of two arrays, or an array and a number.
        tanh, relu: of one.
        product: of a row (…, M) and a matrix (M, N).
        empty: an array of a shape, like another.
    """

    add: Callable[[Any, Any, Any], object]
    subtract: Callable[[Any, Any, Any], object]
    multiply: Callable[[Any, Any, Any], object]
    tanh: Callable[[Any, Any], object]
    relu: Callable[[Any, Any], object]
    product: Callable[[Any, Any, Any], object]
    empty: Callable[[tuple[int, ...], Any], Any]


NUMPY = Arithmetic(
    add=np.add,
    subtract=np.subtract,
    multiply=np.multiply,
    tanh=np.tanh,
    relu=lambda a, out: np.maximum(a, 0, out=out),
    product=lambda a, b, out: a.dot(b, out),
    empty=lambda shape, like: np.empty(shape, like.dtype),
)
TORCH = Arithmetic(
    add=lambda a, b, out: torch.add(a, b, out=out),
    subtract=lambda a, b, out: torch.sub(a, b, out=out),
    multiply=lambda a, b, out: torch.mul(a, b, out=out),
    tanh=lambda a, out: torch.tanh(a, out=out),
    relu=lambda a, out: torch.clamp_min(a, 0, out=out),
    product=lambda a, b, out: torch.mm(a, b, out=out),
    empty=lambda shape, like: torch.empty(shape, dtype=like.dtype),
)


class FoldedCell(ABC):
    """One step of a recurrence in place; made for a number of lanes.

    Args:
        cell: what it is the folded form of.
        parts: the state, each (..., H); every step overwrites them.
        arithmetic: of the arrays.

    Attributes:
        parts: the state as it is now, each (..., H).
        order: the cell's gates in the order in which the folded form has them.
        halved: how many of them, from the first on, pass through a sigmoid.
    """

    order: ClassVar[tuple[int, ...]]
    halved: ClassVar[int]

    def __init__(self, cell: Cell, parts: tuple[Array, ...], arithmetic: Arithmetic) -> None:
        self.parts = parts
        self._math = arithmetic
        hidden = parts[0]
        self._size = hidden.shape[-1]
        gates = len(self.order) * self._size
        self._gates = arithmetic.empty((*hidden.shape[:-1], gates), hidden)

    @classmethod
    def fold(cls, weight: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A weight (G*H, N) or bias (G*H,) with its gates in this form's order, halved."""
        blocks = weight.reshape(len(cls.order), -1, *weight.shape[1:])[list(cls.order)]
        blocks[: cls.halved] *= 0.5
        return blocks.reshape(weight.shape)

    @abstractmethod
    def step(self, x_gates: Array, h_gates: Array) -> None:
        """Advances the state: the products (..., G*H) are folded ones, their biases included."""

    def _sigmoids(self, gates: Array) -> None:
        """Of halved gates that went through tanh already: what the sigmoid of the whole is."""
        self._math.multiply(gates, 0.5, gates)
        self._math.add(gates, 0.5, gates)


class FoldedVanilla(FoldedCell):
    """See `VanillaCell`."""

    order = (0,)
    halved = 0

    def __init__(self, cell: Cell, parts: tuple[Array, ...], arithmetic: Arithmetic) -> None:
        super().__init__(cell, parts, arithmetic)
        assert isinstance(cell, VanillaCell)
        self._rectified = cell.nonlinearity == "relu"

    def step(self, x_gates: Array, h_gates: Array) -> None:
        """See `FoldedCell.step`."""
        (hidden,) = self.parts
        self._math.add(x_gates, h_gates, self._gates)
        (self._math.relu if self._rectified else self._math.tanh)(self._gates, hidden)


class FoldedLSTM(FoldedCell):
    """See `LSTMCell`; input, forget and output gate stand before the candidate."""

    order = (0, 1, 3, 2)
    halved = 3

    def __init__(self, cell: Cell, parts: tuple[Array, ...], arithmetic: Arithmetic) -> None:
        super().__init__(cell, parts, arithmetic)
        size = self._size
        self._sigmoid_gates = self._gates[..., : 3 * size]
        self._blocks = tuple(self._gates[..., i * size : (i + 1) * size] for i in range(4))
        self._product = arithmetic.empty(parts[1].shape, parts[1])

    def step(self, x_gates: Array, h_gates: Array) -> None:
        """See `FoldedCell.step`."""
        math = self._math
        hidden, memory = self.parts
        i, f, o, g = self._blocks
        math.add(x_gates, h_gates, self._gates)
        math.tanh(self._gates, self._gates)
        self._sigmoids(self._sigmoid_gates)
        math.multiply(f, memory, memory)
        math.multiply(i, g, self._product)
        math.add(memory, self._product, memory)
        math.tanh(memory, self._product)
        math.multiply(o, self._product, hidden)


class FoldedGRU(FoldedCell):
    """See `GRUCell`."""

    order = (0, 1, 2)
    halved = 2

    def __init__(self, cell: Cell, parts: tuple[Array, ...], arithmetic: Arithmetic) -> None:
        super().__init__(cell, parts, arithmetic)
        size = self._size
        self._sigmoid_gates = self._gates[..., : 2 * size]
        self._blocks = tuple(self._gates[..., i * size : (i + 1) * size] for i in range(3))

    def step(self, x_gates: Array, h_gates: Array) -> None:
        """See `FoldedCell.step`."""
        math = self._math
        (hidden,) = self.parts
        r, z, n = self._blocks
        sigmoids = self._sigmoid_gates
        split = 2 * self._size
        math.add(x_gates[..., :split], h_gates[..., :split], sigmoids)
        math.tanh(sigmoids, sigmoids)
        self._sigmoids(sigmoids)
        math.multiply(r, h_gates[..., split:], n)
        math.add(n, x_gates[..., split:], n)
        math.tanh(n, n)
        math.subtract(hidden, n, hidden)
        math.multiply(hidden, z, hidden)
        math.add(hidden, n, hidden)


FOLDED: dict[type[Cell], type[FoldedCell]] = {
    VanillaCell: FoldedVanilla,
    LSTMCell: FoldedLSTM,
    GRUCell: FoldedGRU,
}
"""The folded form of each cell; a cell without one is stepped through by PyTorch."""
