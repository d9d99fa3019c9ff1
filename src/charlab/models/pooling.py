"""From features at every position to one vector per text. Padding never counts.

Each pooling takes features (B, T, F), the valid positions per row (B,) or None (every row is full),
and whether the features' second half reads backwards; it gives (B, F), or (B, 2F) for two at once.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

PoolingFunction = Callable[[Tensor, Tensor | None, bool], Tensor]


class Pooling(NamedTuple):
    """A pooling and how many times the feature size its output has."""

    function: PoolingFunction
    width: int


def pool_last(features: Tensor, lengths: Tensor | None, bidirectional: bool) -> Tensor:
    """What each direction knows at its end: forwards the last character, backwards the first."""
    if lengths is None:
        last = features[:, -1]  # (B, F)
    else:
        last = features[torch.arange(len(features), device=features.device), lengths - 1]
    if not bidirectional:
        return last
    H = features.shape[-1] // 2
    return torch.cat([last[:, :H], features[:, 0, H:]], dim=-1)


def pool_mean(features: Tensor, lengths: Tensor | None, bidirectional: bool) -> Tensor:
    """The mean over valid positions."""
    if lengths is None:
        return features.mean(dim=1)
    total = features.masked_fill(_padding(features, lengths), 0.0).sum(dim=1)  # (B, F)
    return total / lengths[:, None]


def pool_max(features: Tensor, lengths: Tensor | None, bidirectional: bool) -> Tensor:
    """The largest value of each feature over valid positions."""
    if lengths is not None:
        features = features.masked_fill(_padding(features, lengths), -torch.inf)
    return features.amax(dim=1)


def pool_mean_max(features: Tensor, lengths: Tensor | None, bidirectional: bool) -> Tensor:
    """Mean and maximum side by side, (B, 2F)."""
    pools = [pool(features, lengths, bidirectional) for pool in (pool_mean, pool_max)]
    return torch.cat(pools, dim=-1)


POOLINGS: dict[str, Pooling] = {
    "last": Pooling(pool_last, 1),
    "mean": Pooling(pool_mean, 1),
    "max": Pooling(pool_max, 1),
    "mean_max": Pooling(pool_mean_max, 2),
}


def valid_positions(lengths: Tensor, time: int) -> Tensor:
    """Which of T positions hold text, (B, T) bool, by the valid ones of each row, (B,)."""
    return torch.arange(time, device=lengths.device) < lengths[:, None]


def _padding(features: Tensor, lengths: Tensor) -> Tensor:
    """Which positions of features (B, T, F) hold none, (B, T, 1) bool."""
    return ~valid_positions(lengths, features.shape[1]).unsqueeze(-1)
