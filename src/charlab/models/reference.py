"""The readable form of a recurrent network: a walk through time, step by step, gates by name.

Its parameters have the names that they have in torch.nn.RNN, LSTM and GRU, so that a state dict
moves either way. Tests hold the fast kernels to it; pictures of gates and regularizers inside the
recurrence use it.
"""

import copy
import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.models.cells import Cell, Gates
from charlab.models.inputs import CharacterInput

Trace = list[dict[str, Tensor]]


class LayerWeights(NamedTuple):
    """One layer's parameters: weights (G*H, input), (G*H, H), biases (G*H,), (G*H,)."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor
    bias_hh: Tensor


class NormWeights(NamedTuple):
    """What layer norm adds to them: gains of both products (G*H,), of the memory's norm (H,).

    The biases of the products are the layer's own. A cell without memory has no gain for it.
    """

    gain_ih: Tensor
    gain_hh: Tensor
    gain_memory: Tensor | None
    bias_memory: Tensor | None


def layer_weights(kernel: nn.Module, layer: int) -> LayerWeights:
    """The parameters of one layer of torch.nn.RNN, LSTM, GRU or `ReferenceRecurrence`."""
    return LayerWeights(*(getattr(kernel, f"{name}_l{layer}") for name in LayerWeights._fields))


def norm_weights(kernel: nn.Module, layer: int) -> NormWeights | None:
    """The parameters of one layer's norm; None without one."""
    found = (getattr(kernel, f"{name}_l{layer}", None) for name in NormWeights._fields)
    return NormWeights(*found) if hasattr(kernel, f"gain_ih_l{layer}") else None


@dataclass(frozen=True)
class Layer:
    """One layer in one direction, written out in Python.

    With layer norm (Ba et al. 2016, arXiv:1607.06450, equations 20 to 25) gain * (a - mean) /
    deviation takes the place of each product a = W x or W h; mean and deviation are over its G*H
    values, of a GRU's candidate over H of its own. An LSTM's memory is normalized before its tanh.

    Attributes:
        cell: the step.
        weights: its parameters.
        norm: those of its norm; None without one.
    """

    cell: Cell
    weights: LayerWeights
    norm: NormWeights | None = None

    def __post_init__(self) -> None:
        norm = self.norm
        if norm is not None and norm.gain_memory is not None:
            shape, gain, bias = norm.gain_memory.shape, norm.gain_memory, norm.bias_memory
            cell = copy.copy(self.cell)
            cell.memory_norm = lambda memory: F.layer_norm(memory, shape, gain, bias)
            object.__setattr__(self, "cell", cell)

    def input_gates(self, x: Tensor) -> Tensor:
        """The input product with its bias, (…, G*H), of x (…, D)."""
        weights, norm = self.weights, self.norm
        if norm is None:
            return F.linear(x, weights.weight_ih, weights.bias_ih)
        return self.normalized(F.linear(x, weights.weight_ih), norm.gain_ih, weights.bias_ih)

    def recurrent_gates(self, h: Tensor) -> Tensor:
        """The recurrent product with its bias, (B, G*H), of h (B, H)."""
        weights, norm = self.weights, self.norm
        if norm is None:
            return F.linear(h, weights.weight_hh, weights.bias_hh)
        return self.normalized(F.linear(h, weights.weight_hh), norm.gain_hh, weights.bias_hh)

    def normalized(self, product: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        """Layer norm of a product (…, G*H) without bias."""
        H = self.weights.weight_hh.shape[1]
        sizes = [H * gates for gates in self.cell.norm_blocks or (len(self.cell.gates),)]
        blocks = zip(sizes, *(part.split(sizes, -1) for part in (product, gain, bias)), strict=True)
        return torch.cat([F.layer_norm(p, (size,), g, b) for size, p, g, b in blocks], dim=-1)

    def first_gates(self, inputs: CharacterInput, ids: Tensor, condition: Tensor | None) -> Tensor:
        """`input_gates` of one character in each row, (B, G*H), of ids (B,)."""
        weights, norm = self.weights, self.norm
        if norm is None:
            return inputs.product(ids, condition, weights.weight_ih, weights.bias_ih)
        product = inputs.product(ids, condition, weights.weight_ih, None)
        return self.normalized(product, norm.gain_ih, weights.bias_ih)

    def step(
        self, x_gates: Tensor, state: tuple[Tensor, ...]
    ) -> tuple[tuple[Tensor, ...], Gates]:
        """As `Cell.step`, of the input product (B, G*H) and the state's parts, each (B, H)."""
        return self.cell.step(x_gates, self.recurrent_gates(state[0]), state)

    def walk(
        self, x: Tensor, state: tuple[Tensor, ...], outputs_only: bool = False
    ) -> tuple[Tensor, tuple[Tensor, ...], dict[str, Tensor]]:
        """Runs over a sequence.

        Args:
            x: inputs, (B, T, D).
            state: the state's parts before the first step, each (B, H).
            outputs_only: whether nothing else is asked for, which is faster.

        Returns:
            Outputs (B, T, H); the state's parts after the last step, each (B, H); if asked for each
            gate and each part of the state over time, (B, T, H), by name.
        """
        output, *_ = parts = self.cell.state_parts
        kept = (output,) if outputs_only else (*self.cell.gates, *parts)
        moments: dict[str, list[Tensor]] = {name: [] for name in kept}
        for x_gates in self.input_gates(x).unbind(dim=1):  # (B, G*H)
            state, gates = self.step(x_gates, state)
            now = {**gates, **dict(zip(parts, state, strict=True))}
            for name in kept:
                moments[name].append(now[name])
        trace = {name: torch.stack(values, dim=1) for name, values in moments.items()}  # (B, T, H)
        return trace[output], state, trace


class ReferenceRecurrence(nn.Module):
    """The parameters of torch.nn.RNN, LSTM or GRU under the same names, for `Layer` to walk with.

    Args:
        cell: the step; its gates give the number of row blocks G of each weight.
        input_size: D.
        hidden_size: H.
        num_layers: L.
        layer_norm: whether there are those of layer norm, too.
    """

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        *,
        layer_norm: bool = False,
    ) -> None:
        super().__init__()
        rows, bound = len(cell.gates) * hidden_size, 1.0 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            columns = hidden_size if layer else input_size
            shapes = [(rows, columns), (rows, hidden_size), (rows,), (rows,)]
            for name, shape in zip(LayerWeights._fields, shapes, strict=True):
                weight = torch.empty(shape).uniform_(-bound, bound)  # as torch.nn does
                self.register_parameter(f"{name}_l{layer}", nn.Parameter(weight))
        for layer in range(num_layers if layer_norm else 0):
            memory = hidden_size if cell.norms_memory else 0
            for name, size in zip(NormWeights._fields, (rows, rows, memory, memory), strict=True):
                start = torch.zeros(size) if name == "bias_memory" else torch.ones(size)
                if size:
                    self.register_parameter(f"{name}_l{layer}", nn.Parameter(start))
