"""PyTorch's fast kernels, called with weights that need not be a module's own."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from charlab.models.reference import LayerWeights
from charlab.models.state import State


def fused_kernel(
    kind: Callable[..., nn.RNNBase],
    input_size: int,
    hidden_size: int,
    num_layers: int,
    dropout: float,
    **options: Any,
) -> nn.RNNBase:
    """PyTorch's module of a kind, whose batches come first."""
    return kind(input_size, hidden_size, num_layers, dropout=dropout, batch_first=True, **options)


def run_fused(
    kernel: nn.RNNBase,
    layers: Sequence[LayerWeights],
    x: Tensor,
    state: State,
    dropout: float,
) -> tuple[Tensor, State]:
    """Computes what a module's forward pass does, one direction, of any layers of its kind.

    Args:
        kernel: nn.RNN, LSTM or GRU; says which function of PyTorch's is meant.
        layers: the layers' parameters, or what stands in for them.
        x: inputs, (B, T, D).
        state: parts (L, B, H), in as many layers as are given.
        dropout: probability of zeroing a value between two of them, in training.

    Returns:
        Outputs of the last layer (B, T, H), and the state, parts (L, B, H).
    """
    function = getattr(torch, kernel.mode.lower())  # torch.lstm, gru, rnn_tanh, rnn_relu
    flat = [weight for weights in layers for weight in weights]
    hx = state if len(state) > 1 else state[0]
    features, *last = function(
        x, hx, flat, True, len(layers), dropout, kernel.training, False, True
    )
    return features, tuple(last)
