"""The recurrent cells, one step each, with their gates by name.

Every cell is a function of two products and the state before: ``x_gates = W_ih x_t + b_ih`` and
``h_gates = W_hh h_{t-1} + b_hh``, both (B, G*H), one block of H columns per name in ``gates``, in
PyTorch's order. So a cell holds no parameters, and anything that can make the two products (a
table, a folded matrix) can drive it.

B batch, H hidden size, G number of gates.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor

Gates = dict[str, Tensor]


class Cell(ABC):
    """One step of a recurrence: what stands between two products and the next state.

    Attributes:
        gates: names of the row blocks of the weights, in their order.
        state_parts: names of the parts of the state; the first is the output h_t.
        initial_biases: value of the bias at the start of training by gate; zero where not named.
        norm_blocks: with layer norm, how many gates of a product are normalized together, block by
            block; (): all of them.
        norms_memory: whether `step` puts the memory through ``memory_norm``.
        memory_norm: what normalizes the memory, (B, H), before it is squashed; None: nothing does.
    """

    gates: ClassVar[tuple[str, ...]]
    state_parts: ClassVar[tuple[str, ...]] = ("hidden",)
    norm_blocks: ClassVar[tuple[int, ...]] = ()
    norms_memory: ClassVar[bool] = False

    def __init__(self) -> None:
        self.initial_biases: dict[str, float] = {}
        self.memory_norm: Callable[[Tensor], Tensor] | None = None

    @abstractmethod
    def step(
        self, x_gates: Tensor, h_gates: Tensor, previous: tuple[Tensor, ...]
    ) -> tuple[tuple[Tensor, ...], Gates]:
        """Advances the state by one character.

        Args:
            x_gates: input product with its bias, (B, G*H).
            h_gates: recurrent product with its bias, (B, G*H).
            previous: the state's parts after step t-1, each (B, H).

        Returns:
            The state's parts after step t, each (B, H), and the value of each gate, (B, H).
        """


class VanillaCell(Cell):
    """Simple recurrent network (Elman 1990, "Finding structure in time").

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu in place of tanh.

    Args:
        nonlinearity: "tanh" or "relu" (rectified: Le et al. 2015, arXiv:1504.00941).

    Raises:
        ValueError: if the nonlinearity is neither.
    """

    gates = ("candidate",)
    _functions: ClassVar = {"tanh": torch.tanh, "relu": torch.relu}

    def __init__(self, nonlinearity: str = "tanh") -> None:
        super().__init__()
        if nonlinearity not in self._functions:
            raise ValueError(f"nonlinearity must be tanh or relu, got {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        self._function = self._functions[nonlinearity]

    def step(
        self, x_gates: Tensor, h_gates: Tensor, previous: tuple[Tensor, ...]
    ) -> tuple[tuple[Tensor, ...], Gates]:
        """See `Cell.step`; the state is (h,)."""
        h_t = self._function(x_gates + h_gates)  # (B, H)
        return (h_t,), {"candidate": h_t}


class LSTMCell(Cell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with forget gate (Gers et al. 2000).

    i, f, o = sigmoid(...), g = tanh(...): input, forget, output gate and candidate;
    c_t = f * c_{t-1} + i * g;  h_t = o * tanh(c_t).

    Args:
        forget_bias: the forget gate's bias at the start of training. One lets gradients through the
            cell from the first step on (Jozefowicz et al. 2015).
    """

    gates = ("input", "forget", "candidate", "output")
    state_parts = ("hidden", "cell")
    norms_memory = True

    def __init__(self, forget_bias: float = 1.0) -> None:
        super().__init__()
        self.initial_biases = {"forget": forget_bias}

    def step(
        self, x_gates: Tensor, h_gates: Tensor, previous: tuple[Tensor, ...]
    ) -> tuple[tuple[Tensor, ...], Gates]:
        """See `Cell.step`; the state is (h, c)."""
        _, c_prev = previous
        i, f, g, o = (x_gates + h_gates).chunk(4, dim=-1)  # each (B, H)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c_t = f * c_prev + i * g
        h_t = o * torch.tanh(c_t if self.memory_norm is None else self.memory_norm(c_t))
        return (h_t, c_t), {"input": i, "forget": f, "candidate": g, "output": o}


class GRUCell(Cell):
    """Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078).

    r, z = sigmoid(...): reset and update gate; h_t = (1 - z) * n + z * h_{t-1}. As in PyTorch, the
    reset gate acts after the matrix product: n = tanh(W_in x_t + b_in + r * (W_hn h_{t-1} + b_hn)).
    """

    gates = ("reset", "update", "candidate")
    norm_blocks = (2, 1)

    def step(
        self, x_gates: Tensor, h_gates: Tensor, previous: tuple[Tensor, ...]
    ) -> tuple[tuple[Tensor, ...], Gates]:
        """See `Cell.step`; the state is (h,)."""
        (h_prev,) = previous
        x_r, x_z, x_n = x_gates.chunk(3, dim=-1)  # each (B, H)
        h_r, h_z, h_n = h_gates.chunk(3, dim=-1)  # each (B, H)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
        h_t = n + z * (h_prev - n)
        return (h_t,), {"reset": r, "update": z, "candidate": n}
