"""The tagger: which tag each token of a text has."""

from torch import Tensor, nn

from charlab.models.recurrent import RecurrentModel


class Tagger(nn.Module):
    """A recurrent model and a linear layer to the tags, at every position.

    B batch, T time, F features, C tags.

    Args:
        recurrent: reads the text, in one direction or both.
        num_tags: C, at least 2.

    Raises:
        ValueError: if there are fewer than two tags.
    """

    def __init__(self, recurrent: RecurrentModel, num_tags: int) -> None:
        super().__init__()
        if num_tags < 2:
            raise ValueError(f"num_tags must be at least 2, got {num_tags}")
        self.recurrent = recurrent
        self.num_tags = num_tags
        self.output = nn.Linear(recurrent.feature_size, num_tags)
        nn.init.zeros_(self.output.bias)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Scores the tags of each token.

        Args:
            ids: tokens, (B, T) int64; what stands in the padding does not matter.
            lengths: valid positions per row, (B,) int64, each at least 1; None: every row is full.

        Returns:
            Logits (B, T, C); of the padding they mean nothing.
        """
        features, _ = self.recurrent(ids, lengths=lengths)  # (B, T, F)
        logits: Tensor = self.output(features.to(self.output.weight.dtype))
        return logits
