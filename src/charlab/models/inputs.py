"""What a recurrence reads at each step: the character's embedding, and the condition's."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from charlab.models.dropout import drop_characters


class CharacterInput(nn.Module):
    """A learned embedding or the one-hot vector of the character, plus one for the condition.

    The condition's vector is learned, of the same size in both cases, and added at every step. So
    one-hot input is the same as an identity matrix for an embedding.

    B batch, T time, V vocabulary, D input size.

    Args:
        vocabulary_size: V.
        embedding_size: D; 0: one-hot, then D = V.
        num_conditions: number of conditions; 0: none.
        dropout: probability of leaving out a character, in training.
        tied: whether the output layer has the same embedding.

    Attributes:
        unit_length: whether inputs start about as long as one-hot vectors, and not sqrt(D) times
            that: tied embeddings do.

    Raises:
        ValueError: if a size is out of range, or there is no embedding to be tied.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        num_conditions: int,
        dropout: float = 0.0,
        *,
        tied: bool = False,
    ) -> None:
        super().__init__()
        require_at_least(1, vocabulary_size=vocabulary_size)
        require_at_least(0, embedding_size=embedding_size, num_conditions=num_conditions)
        if tied and not embedding_size:
            raise ValueError("tied_embeddings needs a learned embedding, got embedding_size=0")
        self.vocabulary_size = vocabulary_size
        self.num_conditions = num_conditions
        self.size = embedding_size or vocabulary_size
        self.embedding = nn.Embedding(vocabulary_size, embedding_size) if embedding_size else None
        self.conditions = nn.Embedding(num_conditions, self.size) if num_conditions else None
        self.dropout = dropout
        self.unit_length = tied or not embedding_size
        for table in (self.embedding, self.conditions) if self.unit_length else ():
            if table is not None:  # conditions are as long as what they are added to
                nn.init.normal_(table.weight, std=1.0 / math.sqrt(self.size))

    def forward(self, ids: Tensor, condition: Tensor | None, like: Tensor) -> Tensor:
        """The inputs of a sequence.

        Args:
            ids: characters, (B, T) int64.
            condition: (B,) int64, or None where there are no conditions.
            like: a tensor of the wanted type and place.

        Returns:
            Inputs, (B, T, D).

        Raises:
            ValueError: if ids are not (B, T), or a condition is missing or not expected.
        """
        if ids.dim() != 2:
            raise ValueError(f"ids must be (B, T), got {tuple(ids.shape)}")
        if self.embedding is not None:
            x: Tensor = self.embedding(ids)  # (B, T, D)
        else:
            x = like.new_zeros((*ids.shape, self.vocabulary_size))
            x.scatter_(-1, ids.unsqueeze(-1), 1.0)  # (B, T, V)
        if self.training and self.dropout:
            x = drop_characters(x, ids, self.vocabulary_size, self.dropout)
        c = self._condition_vector(condition)  # (B, D)
        return x if c is None else x + c.unsqueeze(1)

    def product(
        self, ids: Tensor, condition: Tensor | None, weight: Tensor, bias: Tensor | None
    ) -> Tensor:
        """The inputs of one step times a matrix, plus bias; one-hot input is a look-up.

        Without a condition, the result is a row of a table of V rows: who samples much from fixed
        weights may compute that once. Nothing is dropped.

        Args:
            ids: characters, (B,) int64.
            condition: (B,) int64, or None where there are no conditions.
            weight: (N, D).
            bias: (N,), or None.

        Returns:
            Products, (B, N).

        Raises:
            ValueError: if a condition is missing or not expected.
        """
        c = self._condition_vector(condition)  # (B, D)
        if self.embedding is not None:
            x = F.embedding(ids, self.embedding.weight)  # (B, D)
            return F.linear(x if c is None else x + c, weight, bias)
        column = weight.index_select(1, ids).t()  # (B, N)
        column = column if bias is None else column + bias
        return column if c is None else column + F.linear(c, weight)

    def _condition_vector(self, condition: Tensor | None) -> Tensor | None:
        if self.conditions is None:
            if condition is not None:
                raise ValueError("a condition was given, but the model has num_conditions=0")
            return None
        if condition is None:
            raise ValueError(f"the model needs a condition in [0, {self.num_conditions})")
        return F.embedding(condition, self.conditions.weight)


def require_at_least(least: int, **values: int) -> None:
    """Refuses an option of a model that is too small.

    Raises:
        ValueError: names it.
    """
    for name, value in values.items():
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
