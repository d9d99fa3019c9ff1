"""The layers of a recurrent model: vectors in, features out, by whichever kernel."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from charlab.models.bidirectional import BidirectionalRecurrence, reverse_order, reverse_rows
from charlab.models.cells import Cell
from charlab.models.dropout import Dropout, drop
from charlab.models.fused import run_fused
from charlab.models.initialization import initialize_recurrence
from charlab.models.inputs import require_at_least
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


class RecurrentLayers(nn.Module):
    """Layers of one cell, and what stands between them; `RecurrentModel` reads characters by them.

    B batch, T time, D input size, H hidden size, L layers, F features.

    Args:
        cell: the step of the recurrence.
        dropouts: what is silenced in training.
        hidden_size, num_layers, layer_norm, residual, bidirectional, kernel: as of
            `RecurrentModel`.

    Attributes:
        recurrence: the parameters of all layers; whoever reads by them makes it.

    Raises:
        ValueError: if an option is out of range.
    """

    recurrence: nn.Module

    def __init__(
        self,
        cell: Cell,
        dropouts: Dropout,
        *,
        hidden_size: int,
        num_layers: int,
        layer_norm: bool,
        residual: bool,
        bidirectional: bool,
        kernel: str,
    ) -> None:
        super().__init__()
        require_at_least(1, hidden_size=hidden_size, num_layers=num_layers)
        if kernel not in KERNELS:
            raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, got {kernel!r}")
        self.cell = cell
        self.dropouts = dropouts
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.layer_norm = layer_norm
        self.residual = residual
        self.bidirectional = bidirectional
        self.kernel = kernel
        self.feature_size = hidden_size * (2 if bidirectional else 1)

    @property
    def extras(self) -> tuple[str, ...]:
        """Options that are on and change what the layers compute, in evaluation as well.

        Whoever computes a model in another form (folded, exported, as PyTorch's modules) has to
        follow or to refuse them. No kind of dropout is one, as it ends with training; and tied
        embeddings are a matter of the output layer.
        """
        return tuple(name for name in ("layer_norm", "residual") if getattr(self, name))

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

    def _make_recurrence(self, fused: FusedKernel | None, input_size: int) -> nn.Module:
        """The layers, which read vectors of a size."""
        if self.bidirectional:
            return BidirectionalRecurrence(
                lambda size: self._make_kernel(fused, size, 1),
                input_size,
                self.hidden_size,
                self.num_layers,
            )
        return self._make_kernel(fused, input_size, self.num_layers)

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
