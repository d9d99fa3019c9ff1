"""The classifier: which label a text has."""

from torch import Tensor, nn

from charlab.models.pooling import POOLINGS
from charlab.models.recurrent import RecurrentModel


class Classifier(nn.Module):
    """A recurrent model, a pooling over time and a linear layer to the labels.

    B batch, T time, F features, C classes.

    Args:
        recurrent: reads the text, in one direction or both.
        num_classes: C, at least 2.
        pooling: "last", "mean", "max" or "mean_max", over the valid positions.

    Raises:
        ValueError: if there are fewer than two classes or the pooling is unknown.
    """

    def __init__(self, recurrent: RecurrentModel, num_classes: int, pooling: str = "last") -> None:
        super().__init__()
        if num_classes < 2:
            raise ValueError(f"num_classes must be at least 2, got {num_classes}")
        if pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {', '.join(POOLINGS)}, got {pooling!r}")
        self.recurrent = recurrent
        self.num_classes = num_classes
        self.pooling = pooling
        self._pool = POOLINGS[pooling].function
        self.output = nn.Linear(recurrent.feature_size * POOLINGS[pooling].width, num_classes)
        nn.init.zeros_(self.output.bias)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Scores the labels of whole texts.

        Args:
            ids: characters, (B, T) int64; what stands in the padding does not matter.
            lengths: valid positions per row, (B,) int64, each at least 1; None: every row is full.

        Returns:
            Logits (B, C).
        """
        features, _ = self.recurrent(ids, lengths=lengths)  # (B, T, F)
        # Sums over many positions want more digits than a low-precision kernel's outputs have.
        features = features.to(self.output.weight.dtype)
        pooled = self._pool(features, lengths, self.recurrent.bidirectional)
        logits: Tensor = self.output(pooled)
        return logits
