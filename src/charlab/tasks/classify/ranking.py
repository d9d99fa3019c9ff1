"""The labels of a text, the likeliest first."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit, cut_windows
from charlab.evaluation.prediction import Ranked, RankedPredictor
from charlab.inspection.labels import label_log_probabilities


class LabelRanker(RankedPredictor):
    """Ranks all labels for each text.

    A text longer than the windows that the network was trained on is read in such windows, and
    their log-probabilities are averaged.

    Args:
        network: a classifier: ids (B, T) and lengths (B,) in, logits (B, C) out.
        asking: reads texts as training read its own.
        labels: the labels, in order, C.
        window: tokens of the windows of a stream; None: documents, read as a whole.
    """

    kind = "label"

    def __init__(
        self, network: nn.Module, asking: Asking, labels: tuple[str, ...], window: int | None
    ) -> None:
        super().__init__(network, asking)
        self._labels = labels
        self._window = window

    def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[Ranked]:
        """All labels with their probabilities, or the likeliest that are wanted."""
        values, order = self._log_probabilities(texts).exp().sort(descending=True, stable=True)
        rows = zip(order[:, : self.most].tolist(), values[:, : self.most].tolist(), strict=True)
        return [[(self._labels[i], p) for i, p in zip(*row, strict=True)] for row in rows]

    def _log_probabilities(self, texts: EncodedSplit) -> Tensor:
        """Of each label for each text, (texts, C) in float64."""
        pieces = texts if self._window is None else cut_windows(texts, self._window)
        owner = np.searchsorted(texts.offsets, pieces.offsets[:-1], side="right") - 1
        of_pieces = torch.from_numpy(
            label_log_probabilities(self.network, pieces, len(self._labels))
        )
        owners = torch.from_numpy(owner)
        sums = torch.zeros(texts.documents, len(self._labels), dtype=torch.float64)
        sums.index_add_(0, owners, of_pieces)
        means = sums / torch.bincount(owners, minlength=texts.documents)[:, None]
        return means.log_softmax(-1)

    def alternatives(self, top: int) -> int:
        """No more than there are labels."""
        return min(top, len(self._labels))
