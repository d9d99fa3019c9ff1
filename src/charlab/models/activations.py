"""What a recurrent model's features are in one forward pass, for penalties on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor

from charlab.models.pooling import valid_positions
from charlab.models.recurrent import RecurrentModel


class Features(NamedTuple):
    """Features of one forward pass, each (B, T, F).

    Attributes:
        raw: those of the last layer.
        dropped: the same after dropout.
    """

    raw: Tensor
    dropped: Tensor


@contextmanager
def watched_features(model: RecurrentModel) -> Iterator[list[Features]]:
    """Gives a list to which each forward pass within it adds its features, with their graph."""
    seen: list[Features] = []
    before, model.on_features = (
        model.on_features,
        lambda raw, dropped: seen.append(Features(raw, dropped)),
    )
    try:
        yield seen
    finally:
        model.on_features = before


def activation_penalty(
    features: Features, lengths: Tensor | None, *, alpha: float, beta: float
) -> Tensor:
    """Activation and temporal activation regularization (Merity et al. 2017, arXiv:1708.01009).

    alpha * mean(dropped^2) + beta * mean((raw_{t+1} - raw_t)^2), means over features and over the
    positions, or pairs of neighbours, that are no padding.

    Args:
        features: of one forward pass.
        lengths: valid positions per row, (B,); None: every row is full.
        alpha: the weight of activation regularization.
        beta: the weight of temporal activation regularization.

    Returns:
        A float32 scalar.
    """
    raw, dropped = (part.float() for part in features)
    valid = torch.ones(raw.shape[:2], dtype=torch.bool, device=raw.device)
    if lengths is not None:
        valid = valid_positions(lengths, raw.shape[1])
    pairs = valid[:, 1:]
    slow = (raw[:, 1:] - raw[:, :-1]).square().mean(-1)  # (B, T - 1)
    small = dropped.square().mean(-1)  # (B, T)
    return alpha * _mean(small, valid) + beta * _mean(slow, pairs)


def _mean(values: Tensor, valid: Tensor) -> Tensor:
    return values.masked_fill(~valid, 0.0).sum() / valid.sum().clamp(min=1)
