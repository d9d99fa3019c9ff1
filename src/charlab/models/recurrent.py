"""The recurrent model: characters in, features out; state in, state out."""

from collections.abc import Callable
from typing import Required, TypedDict

import torch
from torch import Tensor

from charlab.models.cells import Cell
from charlab.models.dropout import Dropout
from charlab.models.initialization import adapt_to_unit_length
from charlab.models.inputs import CharacterInput
from charlab.models.layers import FusedKernel, RecurrentLayers
from charlab.models.reference import Trace
from charlab.models.state import State


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


class RecurrentModel(RecurrentLayers):
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
        super().__init__(
            cell,
            Dropout(
                input_dropout=input_dropout,
                dropout=dropout,
                output_dropout=dropout if output_dropout is None else output_dropout,
                embedding_dropout=embedding_dropout,
                weight_dropout=weight_dropout,
                dropout_kind=dropout_kind,
            ),
            hidden_size=hidden_size,
            num_layers=num_layers,
            layer_norm=layer_norm,
            residual=residual,
            bidirectional=bidirectional,
            kernel=kernel,
        )
        self.vocabulary_size = vocabulary_size
        self.tied_embeddings = tied_embeddings
        self.num_conditions = num_conditions
        self.on_features: Callable[[Tensor, Tensor], None] | None = None
        self.input = CharacterInput(
            vocabulary_size, embedding_size, num_conditions, embedding_dropout, tied=tied_embeddings
        )
        self.recurrence = self._make_recurrence(fused, self.input.size)
        if self.input.unit_length:
            for first in self.first_kernels():
                adapt_to_unit_length(first)

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

    def _refuse_state(self, state: State | None) -> None:
        if self.bidirectional and state:
            raise ValueError("a bidirectional model reads whole rows: it takes no state")

    def _require_one_direction(self, what: str) -> None:
        if self.bidirectional:
            raise ValueError(f"{what} needs bidirectional=False: the future is not known yet")
