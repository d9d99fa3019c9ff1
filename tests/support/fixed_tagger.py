"""A tagger whose every answer is known."""

import torch
from torch import Tensor, nn


class FixedTagger(nn.Module):
    """Takes each token's id, modulo the number of tags, for its tag, surely."""

    def __init__(self, tags: int = 4) -> None:
        super().__init__()
        self.tags = tags
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        return 9.0 * nn.functional.one_hot(ids % self.tags, self.tags).double()
