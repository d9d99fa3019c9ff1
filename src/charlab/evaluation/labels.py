"""What a confusion matrix says of each label.

C labels; a matrix has the true label in rows and the predicted one in columns.
"""

import sys
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor

from charlab.system.tables import Column, lay_out
from charlab.system.terminal import visible


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
