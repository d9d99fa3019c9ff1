"""From features to the logits of a vocabulary."""

import torch.nn.functional as F
from torch import Tensor, nn

from charlab.models.recurrent import RecurrentModel


class TiedOutput(nn.Module):
    """Logits by likeness to the embeddings that the network reads with.

    Press & Wolf 2017 (arXiv:1608.05859); Inan et al. 2017 (arXiv:1611.01462). Where features and
    embeddings differ in size, a learned linear map takes the ones to the size of the others (Press
    & Wolf, section 3): y = E P h + b.

    V vocabulary, D embedding, F features.

    Args:
        embedding: E, (V, D). It stays a part of the model that reads with it, which alone stores it.
        feature_size: F.
    """

    def __init__(self, embedding: nn.Embedding, feature_size: int) -> None:
        super().__init__()
        V, D = embedding.weight.shape
        self.projection = None if D == feature_size else nn.Linear(feature_size, D, bias=False)
        self.bias = nn.Parameter(embedding.weight.new_zeros(V))
        self._shared = (embedding,)  # a tuple's modules are none of this one's own

    @property
    def weight(self) -> Tensor:
        """What features are multiplied with, (V, F): E P, of which nobody learns a copy."""
        embedding = self._shared[0].weight
        return embedding if self.projection is None else embedding @ self.projection.weight

    def forward(self, features: Tensor) -> Tensor:
        """Logits (…, V) of features (…, F)."""
        x = features if self.projection is None else self.projection(features)
        return F.linear(x, self._shared[0].weight, self.bias)


def output_layer(recurrent: RecurrentModel, size: int) -> nn.Linear | TiedOutput:
    """The layer from features (…, size) to the vocabulary that a model reads; its bias is zero."""
    embedding = recurrent.input.embedding
    if recurrent.tied_embeddings and embedding is not None:
        return TiedOutput(embedding, size)
    layer = nn.Linear(size, recurrent.vocabulary_size)
    nn.init.zeros_(layer.bias)
    return layer
