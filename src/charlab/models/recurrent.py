"""The recurrent model: characters in, features out; state in, state out."""

from collections.abc import Callable
from typing import Required, TypedDict

import torch
from torch import Tensor, nn

from charlab.models.bidirectional import BidirectionalRecurrence, reverse_order, reverse_rows
from charlab.models.cells import Cell
from charlab.models.dropout import Dropout, drop
from charlab.models.fused import run_fused
from charlab.models.initialization import adapt_to_unit_length, initialize_recurrence
from charlab.models.inputs import CharacterInput, require_at_least
from charlab.models.reference import (
    Layer,
    ReferenceRecurrence,
    Trace,
    layer_weights,
    norm_weights,
)
from charlab.models.state import State

KERNELS = ("fused", "reference")
FusedKernel = Callable[[int, int, int, float], nn.RNNBase]


class RecurrentOptions(TypedDict, total=False):
    """What every model's constructor takes (see `RecurrentModel`)."""

    vocabulary_size: Required[int]
    hidden_size: Required[int]
    num_layers: int
    embedding_size: int
    tied_embeddings: bool
    dropout: float
    dropout_kind: str
    input_dropout: float
    output_dropout: float | None
    embedding_dropout: float
    weight_dropout: float
    layer_norm: bool
    residual: bool
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
        embedding_size: size of the learned embedding; 0: one-hot.
        tied_embeddings: whether the network around it computes its logits with the embedding, too
            (see `TiedOutput`), which then starts with vectors of length one.
        dropout: probability of zeroing a value, between layers and on the features, in training.
        dropout_kind: "plain" or "locked"; see `Dropout`, also for what follows.
        input_dropout: of zeroing a value that the first layer reads.
        output_dropout: of zeroing a value of the features; None: as ``dropout``.
        embedding_dropout: of leaving a character out, wherever it stands in a row.
        weight_dropout: of zeroing a recurrent weight.
        layer_norm: normalize inside the cell (Ba et al. 2016; see `Layer`). No fast kernel does, so
            the reference computes it.
        residual: add to each layer's outputs, from the second layer on, what it read, before
            dropout (He et al. 2016; between recurrent layers: Wu et al. 2016, arXiv:1609.08144,
            equation 6).
        bidirectional: read in both directions (not to generate; F is then 2H).
        num_conditions: number of conditions, such as labels, that the text may depend on; 0: none.
        kernel: "fused" (fast) or "reference" (readable); the parameters are the same.

    Attributes:
        on_features: called in each forward pass with its features before and after dropout, each
            (B, T, F); None: with nothing. `watched_features` sets it for a while.

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
        embedding_size: int = 64,
        tied_embeddings: bool = False,
        dropout: float = 0.0,
        dropout_kind: str = "plain",
        input_dropout: float = 0.0,
        output_dropout: float | None = None,
        embedding_dropout: float = 0.0,
        weight_dropout: float = 0.0,
        layer_norm: bool = False,
        residual: bool = False,
        bidirectional: bool = False,
        num_conditions: int = 0,
        kernel: str = "fused",
    ) -> None:
        super().__init__()
        require_at_least(1, hidden_size=hidden_size, num_layers=num_layers)
        if kernel not in KERNELS:
            raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, got {kernel!r}")
        self.cell = cell
        self.vocabulary_size = vocabulary_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.tied_embeddings = tied_embeddings
        self.dropouts = Dropout(
            input_dropout=input_dropout,
            dropout=dropout,
            output_dropout=dropout if output_dropout is None else output_dropout,
            embedding_dropout=embedding_dropout,
            weight_dropout=weight_dropout,
            dropout_kind=dropout_kind,
        )
        self.layer_norm = layer_norm
        self.residual = residual
        self.bidirectional = bidirectional
        self.num_conditions = num_conditions
        self.kernel = kernel
        self.feature_size = hidden_size * (2 if bidirectional else 1)
        self.on_features: Callable[[Tensor, Tensor], None] | None = None
        self.input = CharacterInput(
            vocabulary_size, embedding_size, num_conditions, embedding_dropout, tied=tied_embeddings
        )
        self._add_recurrence(fused)

    @property
    def extras(self) -> tuple[str, ...]:
        """Options that are on and change what the layers compute, in evaluation as well.

        Whoever computes a model in another form (folded, exported, as PyTorch's modules) has to
        follow or to refuse them. No kind of dropout is one, as it ends with training; and tied
        embeddings are a matter of the output layer.
        """
        return tuple(name for name in ("layer_norm", "residual") if getattr(self, name))

    def init_state(self, batch_size: int) -> State:
        """The zero state, parts (L, B, H).

        Raises:
            ValueError: if the model is bidirectional: it reads whole rows and carries nothing.
        """
        self._require_one_direction("init_state")
        return self._zero_state(batch_size)

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
        self._refuse_state(state)
        x = self.input(ids, condition, self._some_weight())  # (B, T, D)
        features, state = self._read(x, state, lengths)
        dropped = self._drop(features, self.dropouts.output_dropout)
        if self.on_features is not None:
            self.on_features(features, dropped)
        return dropped, state

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
        if self.training:  # dropout is not written out here
            features, state = self(ids.unsqueeze(1), state, condition=condition)
            return features.squeeze(1), state
        layers = [self._layer(self.recurrence, index) for index in range(self.num_layers)]
        x_gates = layers[0].first_gates(self.input, ids, condition)  # (B, G*H)
        current: list[tuple[Tensor, ...]] = []
        for index, layer in enumerate(layers):
            if index:
                x_gates = layer.input_gates(features)
            current.append(layer.step(x_gates, tuple(part[index] for part in state))[0])
            output = current[-1][0]  # (B, H)
            features = output + features if index and self.residual else output
        parts = [torch.stack(part) for part in zip(*current, strict=True)]  # each (L, B, H)
        return features, tuple(part.to(state[0].dtype) for part in parts)

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
        self._refuse_state(state)
        x = self.input(ids, condition, self._some_weight())  # (B, T, D)
        trace: Trace = []
        features, state = self._read(x, state, lengths, trace)
        return self._drop(features, self.dropouts.output_dropout), state, trace

    def first_kernels(self) -> list[nn.Module]:
        """Those that read the input: one for each direction."""
        if isinstance(self.recurrence, BidirectionalRecurrence):
            return [self.recurrence.forwards[0], self.recurrence.backwards[0]]
        return [self.recurrence]

    def _read(
        self, x: Tensor, state: State | None, lengths: Tensor | None, trace: Trace | None = None
    ) -> tuple[Tensor, State]:
        """Runs all layers over inputs (B, T, D); the features are those before dropout.

        Args:
            x: the inputs.
            state: as of `forward`.
            lengths: as of `forward`.
            trace: what the layers' traces are added to, which are walked then; None: there is none.
        """
        x = self._drop(x, self.dropouts.input_dropout)
        state = state or self._zero_state(len(x))
        order = None if lengths is None else reverse_order(lengths, x.shape[1])
        at_once = self.num_layers if trace is None and self._runs_at_once else 1
        last: list[State] = []
        for first in range(0, self.num_layers, at_once):
            layers = range(first, first + at_once)
            below = x
            if first:
                x = self._drop(x, self.dropouts.dropout)
            if isinstance(self.recurrence, BidirectionalRecurrence):
                x = self._read_both_ways(self.recurrence, first, x, state, order, trace)
            else:
                parts = tuple(part[first : first + at_once] for part in state)
                x, parts = self._run(self.recurrence, layers, x, parts, trace)
                last.append(parts)
            if first and self.residual:
                x = x + below
        return x, tuple(torch.cat(parts) for parts in zip(*last, strict=True))

    @property
    def _runs_at_once(self) -> bool:
        """Whether PyTorch's kernel does everything that is done between two layers."""
        between = self.residual or (
            self.dropouts.locked and self.dropouts.dropout and self.training
        )
        return isinstance(self.recurrence, nn.RNNBase) and not between

    def _read_both_ways(
        self,
        recurrence: BidirectionalRecurrence,
        index: int,
        x: Tensor,
        zero: State,
        order: Tensor | None,
        trace: Trace | None,
    ) -> Tensor:
        """Runs one layer in both directions; outputs side by side, (B, T, 2H)."""

        def side_by_side(ahead: Tensor, back: Tensor) -> Tensor:
            return torch.cat([ahead, reverse_rows(back, order)], dim=-1)

        own: Trace | None = None if trace is None else []
        ahead, back = recurrence.forwards[index], recurrence.backwards[index]
        features, _ = self._run(ahead, range(1), x, zero, own)  # (B, T, H)
        mirrored, _ = self._run(back, range(1), reverse_rows(x, order), zero, own)
        if trace is not None and own is not None:
            forwards, backwards = own
            trace.append({name: side_by_side(forwards[name], backwards[name]) for name in forwards})
        return side_by_side(features, mirrored)

    def _run(
        self,
        kernel: nn.Module,
        indices: range,
        x: Tensor,
        state: State,
        trace: Trace | None = None,
    ) -> tuple[Tensor, State]:
        """Runs layers of a kernel, several only of PyTorch's; parts of the state (layers, B, H)."""
        layers = [self._layer(kernel, index) for index in indices]
        if isinstance(kernel, nn.RNNBase) and trace is None:
            weights = [layer.weights for layer in layers]
            dropout = self.dropouts.dropout if len(layers) > 1 else 0.0
            features, last = run_fused(kernel, weights, x, state, dropout)
        else:
            (layer,) = layers
            features, parts, seen = layer.walk(x, tuple(part[0] for part in state), trace is None)
            last = tuple(part.unsqueeze(0) for part in parts)
            if trace is not None:
                trace.append(seen)
        return features, tuple(part.to(state[0].dtype) for part in last)  # autocast may change it

    def _layer(self, kernel: nn.Module, index: int) -> Layer:
        """A layer of a kernel; in training with a choice of its recurrent weights."""
        weights = layer_weights(kernel, index)
        if self.training and self.dropouts.weight_dropout:
            dropped = drop(weights.weight_hh, self.dropouts.weight_dropout)
            weights = weights._replace(weight_hh=dropped)
        return Layer(self.cell, weights, norm_weights(kernel, index) if self.layer_norm else None)

    def _drop(self, x: Tensor, probability: float) -> Tensor:
        if not (self.training and probability):
            return x
        return drop(x, probability, locked=self.dropouts.locked)

    def _some_weight(self) -> Tensor:
        """Any of the recurrence's parameters, for its type and device."""
        return next(self.recurrence.parameters())

    def _zero_state(self, batch_size: int) -> State:
        layers = 1 if self.bidirectional else self.num_layers  # each way starts each layer anew
        shape = (layers, batch_size, self.hidden_size)
        return tuple(self._some_weight().new_zeros(shape) for _ in self.cell.state_parts)

    def _add_recurrence(self, fused: FusedKernel | None) -> None:
        """Makes the layers, those of the input for the length that it has."""
        size, depth = self.input.size, self.num_layers
        self.recurrence: nn.Module = (
            BidirectionalRecurrence(
                lambda input_size: self._make_kernel(fused, input_size, 1),
                *(size, self.hidden_size, depth),
            )
            if self.bidirectional
            else self._make_kernel(fused, size, depth)
        )
        if self.input.unit_length:
            for first in self.first_kernels():
                adapt_to_unit_length(first)

    def _make_kernel(
        self, fused: FusedKernel | None, input_size: int, num_layers: int
    ) -> nn.Module:
        sizes = (input_size, self.hidden_size, num_layers)
        if self.kernel == "fused" and fused is not None and not self.layer_norm:
            # PyTorch warns of a dropout without effect
            kernel: nn.Module = fused(*sizes, self.dropouts.dropout if num_layers > 1 else 0.0)
        else:
            kernel = ReferenceRecurrence(self.cell, *sizes, layer_norm=self.layer_norm)
        initialize_recurrence(kernel, self.cell, num_layers)
        return kernel

    def _refuse_state(self, state: State | None) -> None:
        if self.bidirectional and state:
            raise ValueError("a bidirectional model reads whole rows: it takes no state")

    def _require_one_direction(self, what: str) -> None:
        if self.bidirectional:
            raise ValueError(f"{what} needs bidirectional=False: the future is not known yet")
