"""The readable form of a recurrent network: a walk through time, step by step, gates by name.

It has the parameters of torch.nn.RNN, LSTM and GRU under the same names, so that a state dict moves
either way. Tests hold the fast kernels to it; pictures of gates and regularizers inside the
recurrence use it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.models.cells import Cell
from charlab.models.dropout import drop
from charlab.models.state import State

Trace = list[dict[str, Tensor]]


class LayerWeights(NamedTuple):
    """One layer's parameters: weights (G*H, input), (G*H, H), biases (G*H,), (G*H,)."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor
    bias_hh: Tensor


def layer_weights(kernel: nn.Module, layer: int) -> LayerWeights:
    """The parameters of one layer of torch.nn.RNN, LSTM, GRU or `ReferenceRecurrence`."""
    return LayerWeights(*(getattr(kernel, f"{name}_l{layer}") for name in LayerWeights._fields))


def walk_layer(
    cell: Cell, weights: LayerWeights, x: Tensor, state: tuple[Tensor, ...]
) -> tuple[Tensor, tuple[Tensor, ...], dict[str, Tensor]]:
    """Runs one layer over a sequence.

    Args:
        cell: the step.
        weights: the layer's parameters.
        x: inputs, (B, T, D).
        state: the state's parts before the first step, each (B, H).

    Returns:
        Outputs (B, T, H); the state's parts after the last step, each (B, H); each gate and each
        part of the state over time, (B, T, H), by name.
    """
    x_gates = F.linear(x, weights.weight_ih, weights.bias_ih)  # (B, T, G*H)
    moments: dict[str, list[Tensor]] = {name: [] for name in (*cell.gates, *cell.state_parts)}
    for x_gates_t in x_gates.unbind(dim=1):
        h_gates_t = F.linear(state[0], weights.weight_hh, weights.bias_hh)  # (B, G*H)
        state, gates = cell.step(x_gates_t, h_gates_t, state)
        for name, value in (*gates.items(), *zip(cell.state_parts, state, strict=True)):
            moments[name].append(value)
    trace = {name: torch.stack(values, dim=1) for name, values in moments.items()}  # (B, T, H)
    return trace[cell.state_parts[0]], state, trace


def walk(
    cell: Cell,
    layers: Sequence[LayerWeights],
    x: Tensor,
    state: State,
    *,
    dropout: float = 0.0,
) -> tuple[Tensor, State, Trace]:
    """Runs a stack of layers over a sequence.

    Args:
        cell: the step.
        layers: each layer's parameters.
        x: inputs, (B, T, D).
        state: parts (L, B, H).
        dropout: probability of zeroing a value between two layers (0: as in evaluation).

    Returns:
        Outputs of the last layer (B, T, H); the state, parts (L, B, H); per layer, each gate and
        each part of the state over time, (B, T, H), by name.
    """
    last: list[tuple[Tensor, ...]] = []
    traces: Trace = []
    for layer, weights in enumerate(layers):
        if layer and dropout:
            x = drop(x, dropout)
        x, layer_state, trace = walk_layer(cell, weights, x, tuple(part[layer] for part in state))
        last.append(layer_state)
        traces.append(trace)
    return x, tuple(torch.stack(parts) for parts in zip(*last, strict=True)), traces


class ReferenceRecurrence(nn.Module):
    """Stands in for torch.nn.RNN, LSTM or GRU (``batch_first=True``), written out in Python.

    The same parameters under the same names, the same call, the same results; slower.

    Args:
        cell: the step; its gates give the number of row blocks G of each weight.
        input_size: D.
        hidden_size: H.
        num_layers: L.
        dropout: probability between two layers, in training.
    """

    def __init__(
        self, cell: Cell, input_size: int, hidden_size: int, num_layers: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.cell = cell
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.dropout = dropout
        rows = len(cell.gates) * hidden_size
        for layer in range(num_layers):
            columns = hidden_size if layer else input_size
            shapes = [(rows, columns), (rows, hidden_size), (rows,), (rows,)]
            for name, shape in zip(LayerWeights._fields, shapes, strict=True):
                self.register_parameter(f"{name}_l{layer}", nn.Parameter(torch.empty(shape)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all parameters from U(-1/sqrt(H), 1/sqrt(H)), as torch.nn does."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(
        self, x: Tensor, hx: Tensor | tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor | tuple[Tensor, ...]]:
        """Runs over a sequence.

        Args:
            x: inputs, (B, T, D).
            hx: h_0 (L, B, H), or a tuple of it and further parts, (h_0, c_0) for an LSTM.

        Returns:
            Outputs of the last layer (B, T, H), and the state in the form of ``hx``.
        """
        state = hx if isinstance(hx, tuple) else (hx,)
        layers = [layer_weights(self, layer) for layer in range(self.num_layers)]
        dropout = self.dropout if self.training else 0.0
        x, state, _ = walk(self.cell, layers, x, state, dropout=dropout)
        return x, state if isinstance(hx, tuple) else state[0]
