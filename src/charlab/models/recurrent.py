"""The recurrent model: characters in, features out; state in, state out."""

from collections.abc import Callable
from typing import Required, TypedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.models.bidirectional import BidirectionalRecurrence
from charlab.models.cells import Cell
from charlab.models.dropout import drop
from charlab.models.initialization import adapt_to_one_hot, initialize_recurrence
from charlab.models.inputs import CharacterInput
from charlab.models.reference import (
    ReferenceRecurrence,
    Trace,
    layer_weights,
    walk,
    walk_layer,
)
from charlab.models.state import State

KERNELS = ("fused", "reference")
FusedKernel = Callable[[int, int, int, float], nn.Module]


class RecurrentOptions(TypedDict, total=False):
    """What every model's constructor takes (see `RecurrentModel`)."""

    vocabulary_size: Required[int]
    hidden_size: Required[int]
    num_layers: int
    dropout: float
    embedding_size: int
    bidirectional: bool
    num_conditions: int
    kernel: str


class RecurrentModel(nn.Module):
    """Embedding and recurrence; what is common to all cells.

    A subclass hands over its cell and PyTorch's kernel for it, and is done.

    The input of a step is the character's embedding, learned or one-hot, plus, where the model has
    conditions, a learned vector of the same size for the condition. B batch, T time, V vocabulary,
    D input size (``embedding_size``, or V when one-hot), H hidden size, L layers, F features.

    Under autocast the features come in whatever precision the kernel works in; the carried state is
    always in that of the parameters, so that what a forward gave, any forward or step takes.

    Args:
        cell: the step of the recurrence.
        fused: PyTorch's kernel for the cell, called with (input_size, hidden_size, num_layers,
            dropout); None: there is none, and both kernels are the reference.
        vocabulary_size: V.
        hidden_size: H, of each direction.
        num_layers: L.
        dropout: probability of zeroing a value, between layers and on the features, in training.
        embedding_size: size of the learned embedding; 0: one-hot.
        bidirectional: read in both directions (classification only; F is then 2H).
        num_conditions: number of conditions, such as labels, that the text may depend on; 0: none.
        kernel: "fused" (fast) or "reference" (readable); the parameters are the same.

    Raises:
        ValueError: if an option is out of range.
    """

    def __init__(
        self,
        cell: Cell,
        fused: FusedKernel | None,
        *,
        vocabulary_size: int,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        embedding_size: int = 64,
        bidirectional: bool = False,
        num_conditions: int = 0,
        kernel: str = "fused",
    ) -> None:
        super().__init__()
        at_least = {"vocabulary_size": 1, "hidden_size": 1, "num_layers": 1}
        at_least |= {"embedding_size": 0, "num_conditions": 0}
        given = (vocabulary_size, hidden_size, num_layers, embedding_size, num_conditions)
        for (name, least), value in zip(at_least.items(), given, strict=True):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout must be in [0, 1), got {dropout}")
        if kernel not in KERNELS:
            raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, got {kernel!r}")

        self.cell = cell
        self.vocabulary_size = vocabulary_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.num_conditions = num_conditions
        self.kernel = kernel
        self.feature_size = hidden_size * (2 if bidirectional else 1)
        self.input = CharacterInput(vocabulary_size, embedding_size, num_conditions)
        self.recurrence = self._make_recurrence(fused)
        if not embedding_size:
            for first in self.first_kernels():
                adapt_to_one_hot(first)

    def init_state(self, batch_size: int) -> State:
        """The zero state, parts (L, B, H).

        Raises:
            ValueError: if the model is bidirectional: it reads whole rows and carries nothing.
        """
        self._require_one_direction("init_state")
        return self._zero_state(self.num_layers, batch_size)

    def forward(
        self,
        ids: Tensor,
        state: State | None = None,
        *,
        condition: Tensor | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Tensor, State]:
        """Reads a stretch of text.

        Args:
            ids: characters, (B, T) int64.
            state: from an earlier call, parts (L, B, H); None: zeros.
            condition: which condition each row has, (B,) int64; needed if the model has conditions.
            lengths: valid positions per row, (B,), each at least 1; None: every row is full. Only
                the backward reading needs them.

        Returns:
            Features (B, T, F), and the state after position T, parts (L, B, H), padding included;
            of a bidirectional model the empty tuple. Features of the padding mean nothing.

        Raises:
            ValueError: if ids are not (B, T), a condition is missing or not expected, or a
                bidirectional model is given a state.
        """
        x = self.input(ids, condition, self._some_weight())  # (B, T, D)
        if self.bidirectional:
            self._refuse_state(state)
            features = self.recurrence(x, lengths, self._run_from_zero)  # (B, T, 2H)
            return self._drop(features), ()
        features, state = self._run(self.recurrence, x, state or self.init_state(len(ids)))
        return self._drop(features), state

    def step(
        self, ids: Tensor, state: State, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Reads one character: `forward` at T = 1, written out because generating needs it fast.

        (PyTorch's kernels prepare their weights anew at every call, which costs more than a step.)

        Args:
            ids: one character per row, (B,) int64.
            state: parts (L, B, H).
            condition: as in `forward`.

        Returns:
            Features (B, F), and the state, parts (L, B, H).

        Raises:
            ValueError: if the model is bidirectional, or a condition is missing or not expected.
        """
        self._require_one_direction("step")
        weights = layer_weights(self.recurrence, 0)
        x_gates = self.input.product(ids, condition, weights.weight_ih, weights.bias_ih)
        current: list[tuple[Tensor, ...]] = []
        for layer in range(self.num_layers):
            if layer:
                weights = layer_weights(self.recurrence, layer)
                x = self._drop(current[-1][0])  # (B, H)
                x_gates = F.linear(x, weights.weight_ih, weights.bias_ih)  # (B, G*H)
            previous = tuple(part[layer] for part in state)  # each (B, H)
            h_gates = F.linear(previous[0], weights.weight_hh, weights.bias_hh)  # (B, G*H)
            current.append(self.cell.step(x_gates, h_gates, previous)[0])
        parts = [torch.stack(part) for part in zip(*current, strict=True)]  # each (L, B, H)
        return self._drop(current[-1][0]), tuple(part.to(state[0].dtype) for part in parts)

    def forward_with_gates(
        self,
        ids: Tensor,
        state: State | None = None,
        *,
        condition: Tensor | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Tensor, State, Trace]:
        """As `forward` on the readable form, whatever the kernel, and what happened inside.

        Returns:
            Features (B, T, F); the state, parts (L, B, H), of a bidirectional model the empty
            tuple; for each layer the values over time, (B, T, F), of each gate and each part of the
            state, by the names in ``cell.gates`` and ``cell.state_parts``. Of a bidirectional model
            the backward reading's H values stand behind the forward reading's, as in the features.
            All of them carry gradients.

        Raises:
            ValueError: as `forward`.
        """
        x = self.input(ids, condition, self._some_weight())  # (B, T, D)
        if isinstance(self.recurrence, BidirectionalRecurrence):
            self._refuse_state(state)
            trace = list(self.recurrence.layers(x, lengths, self._walk_from_zero))
            return self._drop(trace[-1][self.cell.state_parts[0]]), (), trace
        layers = [layer_weights(self.recurrence, layer) for layer in range(self.num_layers)]
        features, state, trace = walk(
            self.cell,
            layers,
            x,
            state or self.init_state(len(ids)),
            dropout=self.dropout if self.training else 0.0,
        )
        state = tuple(part.to(layers[0].weight_hh.dtype) for part in state)
        return self._drop(features), state, trace

    def first_kernels(self) -> list[nn.Module]:
        """Those that read the input: one for each direction."""
        if isinstance(self.recurrence, BidirectionalRecurrence):
            return [self.recurrence.forwards[0], self.recurrence.backwards[0]]
        return [self.recurrence]

    def _drop(self, x: Tensor) -> Tensor:
        return drop(x, self.dropout) if self.training and self.dropout else x

    def _some_weight(self) -> Tensor:
        """Any of the recurrence's parameters, for its type and device."""
        return next(self.recurrence.parameters())

    def _run(self, kernel: nn.Module, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Runs a kernel: PyTorch's take a state of one part bare; autocast may change its type."""
        features, last = kernel(x, state if len(state) > 1 else state[0])
        parts = last if isinstance(last, tuple) else (last,)
        return features, tuple(part.to(state[0].dtype) for part in parts)

    def _run_from_zero(self, kernel: nn.Module, x: Tensor) -> Tensor:
        return self._run(kernel, x, self._zero_state(1, len(x)))[0]

    def _walk_from_zero(self, kernel: nn.Module, x: Tensor) -> dict[str, Tensor]:
        state = tuple(part[0] for part in self._zero_state(1, len(x)))
        trace = walk_layer(self.cell, layer_weights(kernel, 0), x, state)[2]
        output = self.cell.state_parts[0]  # the first: what the next layer reads
        return {output: trace.pop(output), **trace}

    def _zero_state(self, layers: int, rows: int) -> State:
        shape = (layers, rows, self.hidden_size)
        weight = self._some_weight()
        return tuple(weight.new_zeros(shape) for _ in self.cell.state_parts)

    def _make_recurrence(self, fused: FusedKernel | None) -> nn.Module:
        if not self.bidirectional:
            return self._make_kernel(fused, self.input.size, self.num_layers)
        return BidirectionalRecurrence(
            lambda input_size: self._make_kernel(fused, input_size, 1),
            self.input.size,
            self.hidden_size,
            self.num_layers,
            self.dropout,
        )

    def _make_kernel(
        self, fused: FusedKernel | None, input_size: int, num_layers: int
    ) -> nn.Module:
        dropout = self.dropout if num_layers > 1 else 0.0  # PyTorch warns of one without effect
        sizes = (input_size, self.hidden_size, num_layers, dropout)
        if self.kernel == "fused" and fused is not None:
            kernel = fused(*sizes)
        else:
            kernel = ReferenceRecurrence(self.cell, *sizes)
        initialize_recurrence(kernel, self.cell, num_layers)
        return kernel

    def _refuse_state(self, state: State | None) -> None:
        if state:
            raise ValueError("a bidirectional model reads whole rows: it takes no state")

    def _require_one_direction(self, what: str) -> None:
        if self.bidirectional:
            raise ValueError(f"{what} needs bidirectional=False: the future is not known yet")
