"""Which label is taken for which, and what that says of each.

C labels; a confusion matrix has the true label in rows and the predicted one in columns.
"""

import math
import sys
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.data.batches.batch import IGNORE, Batch
from charlab.evaluation.evaluate import Meter
from charlab.system.tables import Column, lay_out
from charlab.system.terminal import visible


def confusion_counts(
    truth: npt.NDArray[np.int64], answers: npt.NDArray[np.int64], classes: int
) -> npt.NDArray[np.int64]:
    """A confusion matrix, (C, C), of the numbers of true and of predicted labels, (N,) each."""
    cells = np.bincount(truth * classes + answers, minlength=classes**2)
    return cells.reshape(classes, classes)


class ConfusionMeter(Meter):
    """Sums of answers that are one of C labels each; a subclass may add up more.

    Args:
        network: ids (B, T) and lengths (B,) in, logits (…, C) out.
        classes: C.
        more: how many sums the subclass has; they stand in ``sums[1 : 1 + more]``.
    """

    def __init__(self, network: nn.Module, classes: int, more: int) -> None:
        super().__init__(1 + more + classes**2)  # loss, the subclass's, confusion
        self._network = network
        self._classes = classes
        self._cells = 1 + more

    @property
    def confusion(self) -> Tensor:
        """Counts (C, C): true labels in rows, predicted ones in columns."""
        return self.sums[self._cells :].long().view(self._classes, self._classes)

    def _logits(self, batch: Batch) -> Tensor:
        """The network's logits of a batch, in float32."""
        with torch.autocast(batch.ids.device.type, enabled=False):
            logits: Tensor = self._network(batch.ids, batch.lengths)
        return logits

    def _count(self, logits: Tensor, targets: Tensor, predicted: Tensor) -> None:
        """Adds logits (N, C) and what is predicted by them, (N,); targets (N,) may be ignored."""
        losses = F.cross_entropy(logits, targets, ignore_index=IGNORE, reduction="none")
        cells = (targets * self._classes + predicted)[targets != IGNORE]
        self.sums[0] += losses.cpu().double().sum()
        self.sums[self._cells :] += torch.bincount(cells.cpu(), minlength=self._classes**2)

    def _metrics(self) -> dict[str, float]:
        """loss, accuracy, macro_f1; NaN where nothing was counted."""
        confusion = self.confusion
        counted = int(confusion.sum()) or math.nan
        return {
            "loss": float(self.sums[0]) / counted,
            "accuracy": int(confusion.diagonal().sum()) / counted,
            "macro_f1": macro_f1(confusion),
        }


def macro_f1(confusion: Tensor) -> float:
    """The mean over labels of F1 = 2 TP / (2 TP + FP + FN).

    Labels that neither occur nor are predicted do not count.

    Args:
        confusion: counts (C, C).
    """
    true_positives = confusion.diagonal().double()
    mentions = confusion.sum(0).double() + confusion.sum(1).double()  # 2 TP + FP + FN
    seen = mentions > 0
    return float((2 * true_positives[seen] / mentions[seen]).mean())


class LabelScores(NamedTuple):
    """How well each label is told, (C,); NaN where nothing is divided by.

    Attributes:
        counts: examples that have it.
        precision: of what is taken for it the share that is it, TP / (TP + FP).
        recall: of what is it the share that is taken for it, TP / (TP + FN).
        f1: 2 TP / (2 TP + FP + FN).
    """

    counts: npt.NDArray[np.int64]
    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]


def label_scores(confusion: npt.NDArray[np.int64]) -> LabelScores:
    """Precision, recall and F1 of each label.

    Args:
        confusion: counts (C, C).
    """
    right, true, predicted = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)

    def share(part: npt.NDArray[np.int64], whole: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        found = np.full(len(whole), np.nan)
        np.divide(part, whole, out=found, where=whole > 0)
        return found

    return LabelScores(
        true, share(right, predicted), share(right, true), share(2 * right, true + predicted)
    )


def label_table(
    confusion: npt.NDArray[np.int64],
    labels: tuple[str, ...],
    *,
    label: str = "label",
    counted: str = "examples",
) -> list[str]:
    """Examples, precision, recall and F1 of each label in lines, the most frequent first.

    Args:
        confusion: counts (C, C).
        labels: C names.
        label: what one is called.
        counted: what is counted.
    """
    scores = label_scores(confusion)
    order = np.argsort(-scores.counts, kind="stable")
    names = [f"  {visible(labels[i])}" for i in order]
    columns = [
        Column(f"  {label}", names, to_right=False),
        Column(f"{counted:>8}", [str(count) for count in scores.counts[order]]),
    ]
    for name in ("precision", "recall", "f1"):
        values = getattr(scores, name)[order]
        columns.append(Column(name, ["-" if np.isnan(v) else f"{v:.3f}" for v in values]))
    return lay_out(columns, sys.maxsize).lines
