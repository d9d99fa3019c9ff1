"""Attention: which positions of a text each step of a decoder looks at.

B batch, T positions that are read, U steps that ask, F features, H units.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

ATTENTIONS = ("none", "dot", "general", "additive")


class Memory(NamedTuple):
    """What an encoder has read.

    Attributes:
        features: of each position, (B, T, F).
        keys: what queries are compared with, (B, T, H).
        valid: which positions are no padding, (B, T) bool.
    """

    features: Tensor
    keys: Tensor
    valid: Tensor

    def select(self, rows: Tensor) -> "Memory":
        """Those of chosen rows, (N,), in their order and as often as given."""
        return Memory(*(part.index_select(0, rows) for part in self))


class Attention(nn.Module):
    """Weighs positions by a score of query and key (Luong et al. 2015, global attention).

    ============  ==============================  ============================
    kind          score of h and e                source
    ============  ==============================  ============================
    dot           h · e                           Luong et al. 2015, equation 8
    general       h · W e                         Luong et al. 2015, equation 8
    additive      v · tanh(W h + U e)             Bahdanau et al. 2015, A.1.2
    ============  ==============================  ============================

    Both directions of a bidirectional encoder are added up for "dot", which asks for as many
    features as units.

    Args:
        kind: "dot", "general" or "additive".
        feature_size: F, H or 2 H.
        hidden_size: H.

    Raises:
        ValueError: if there is no such kind.
    """

    def __init__(self, kind: str, feature_size: int, hidden_size: int) -> None:
        super().__init__()
        if kind not in ATTENTIONS[1:]:
            raise ValueError(f"attention must be one of {', '.join(ATTENTIONS)}, got {kind!r}")
        self.kind = kind
        self._directions = feature_size // hidden_size
        if kind != "dot":
            self.key = nn.Linear(feature_size, hidden_size, bias=kind == "additive")
        if kind == "additive":
            self.query = nn.Linear(hidden_size, hidden_size, bias=False)
            self.score = nn.Linear(hidden_size, 1, bias=False)

    def memory(self, features: Tensor, valid: Tensor) -> Memory:
        """What is compared and read.

        Args:
            features: the encoder's, (B, T, F).
            valid: which positions are no padding, (B, T) bool.
        """
        if self.kind == "dot":
            keys = torch.stack(features.chunk(self._directions, dim=-1)).sum(0)
        else:
            keys = self.key(features)
        return Memory(features, keys, valid)

    def forward(self, queries: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Reads the memory.

        Args:
            queries: the decoder's features, (B, U, H).
            memory: what `memory` gave.

        Returns:
            The weighted features, (B, U, F), and the weights, (B, U, T), which sum to 1 over the
            valid positions.
        """
        if self.kind == "additive":
            both = self.query(queries)[:, :, None] + memory.keys[:, None]  # (B, U, T, H)
            scores = self.score(both.tanh()).squeeze(-1)
        else:
            scores = queries @ memory.keys.mT  # (B, U, T)
        weights = scores.masked_fill(~memory.valid[:, None], -torch.inf).softmax(-1)
        return weights @ memory.features, weights
