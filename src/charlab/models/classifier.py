"""The classifier: which label a text has."""

from torch import Tensor, nn

from charlab.models.output import output_layer
from charlab.models.pooling import POOLINGS
from charlab.models.recurrent import RecurrentModel


class Classifier(nn.Module):
    """A recurrent model, a pooling over time and a linear layer to the labels.

    B batch, T time, F features, C classes.

    Args:
        recurrent: reads the text, in one direction or both.
        num_classes: C, at least 2.
        pooling: "last", "mean", "max" or "mean_max", over the valid positions.
        predicts_next: whether it has a head for the next character, too, for an auxiliary loss.

    Raises:
        ValueError: if there are fewer than two classes or the pooling is unknown.
    """

    def __init__(
        self,
        recurrent: RecurrentModel,
        num_classes: int,
        pooling: str = "last",
        *,
        predicts_next: bool = False,
    ) -> None:
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
        # Named as a language model's: init= takes it over.
        self.decoder = output_layer(recurrent, recurrent.hidden_size) if predicts_next else None

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Scores the labels of whole texts.

        Args:
            ids: characters, (B, T) int64; what stands in the padding does not matter.
            lengths: valid positions per row, (B,) int64, each at least 1; None: every row is full.

        Returns:
            Logits (B, C).
        """
        return self._classify(self._features(ids, lengths), lengths)

    def forward_with_next(
        self, ids: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Scores the labels, and the character after each position.

        That is told from the forward reading alone, the first H features: the backward one comes
        from the future. Of several bidirectional layers only the first reads forwards alone.

        Returns:
            Logits (B, C) and (B, T, V).

        Raises:
            ValueError: if there is no such head, or the features have seen the future.
        """
        if self.decoder is None:
            raise ValueError("the classifier was made without predicts_next")
        if self.recurrent.bidirectional and self.recurrent.num_layers > 1:
            raise ValueError("above the first bidirectional layer every feature knows the future")
        features = self._features(ids, lengths)
        return (
            self._classify(features, lengths),
            self.decoder(features[..., : self.recurrent.hidden_size]),
        )

    def _features(self, ids: Tensor, lengths: Tensor | None) -> Tensor:
        features, _ = self.recurrent(ids, lengths=lengths)  # (B, T, F)
        # Sums over many positions want more digits than a low-precision kernel's outputs have.
        wide: Tensor = features.to(self.output.weight.dtype)
        return wide

    def _classify(self, features: Tensor, lengths: Tensor | None) -> Tensor:
        pooled = self._pool(features, lengths, self.recurrent.bidirectional)
        logits: Tensor = self.output(pooled)
        return logits
