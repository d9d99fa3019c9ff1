"""The confusion matrix of a classifier."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from charlab.system.terminal import visible

_NUMBERS_UP_TO = 20  # classes; beyond that the cells are too small to be read
_NAMES_UP_TO = 120  # classes; thousands of labels would take seconds, and gigabytes of pixels


def confusion_figure(counts: npt.NDArray[np.int64], labels: Sequence[str]) -> Figure:
    """Draws which true label is taken for which.

    A cell's shade is its share of the true label's examples, so that rare labels are as visible as
    common ones; numbers are counts.

    Args:
        counts: (C, C), true label in rows, predicted label in columns.
        labels: C names.
    """
    classes = len(labels)
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    side = max(4.0, 1.8 + 0.3 * min(classes, _NAMES_UP_TO))
    figure = Figure(figsize=(side + 0.6, side), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true label's examples")
    size = 9 if classes <= _NUMBERS_UP_TO else 7
    if classes <= _NAMES_UP_TO:  # a label is a file's name: dollars in it are no formula
        names = [visible(label) for label in labels]
        axes.set_xticks(range(classes), names, rotation=90, fontsize=size, parse_math=False)
        axes.set_yticks(range(classes), names, fontsize=size, parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    if classes <= _NUMBERS_UP_TO:
        for (row, column), count in np.ndenumerate(counts):
            if count:
                color = "white" if shares[row, column] > 0.5 else "black"
                axes.text(
                    column,
                    row,
                    str(count),
                    ha="center",
                    va="center",
                    color=color,
                    fontsize=size - 2,
                )
    return figure
