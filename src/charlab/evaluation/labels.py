"""What a confusion matrix says of each label.

C labels; a matrix has the true label in rows and the predicted one in columns.
"""

import numpy as np
import numpy.typing as npt
from torch import Tensor

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
    names = [visible(name) for name in labels]
    width = max(len(label), *map(len, names))
    lines = [f"  {label:<{width}}  {counted:>8}  precision  recall     f1"]
    for i in np.argsort(-confusion.sum(axis=1), kind="stable"):
        right, true, predicted = confusion[i, i], confusion[i].sum(), confusion[:, i].sum()
        precision = f"{right / predicted:9.3f}" if predicted else f"{'-':>9}"
        recall = f"{right / true:6.3f}" if true else f"{'-':>6}"
        f1 = f"{2 * right / (true + predicted):5.3f}" if true + predicted else f"{'-':>5}"
        lines.append(f"  {names[i]:<{width}}  {true:8d}  {precision}  {recall}  {f1}")
    return lines
