"""The confusion matrix of a classifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from charlab.figures.axis import short_number
from charlab.figures.sweeps import new_chart, short

_NUMBERS_UP_TO = 30  # classes; beyond that the cells are too small to be read
_MOST = 100  # rows; thousands of labels would take seconds, and gigabytes of pixels
_NAME = 28  # characters of a label


def confusion_figure(
    counts: npt.NDArray[np.int64], labels: Sequence[str], title: str = ""
) -> Figure:
    """Draws which true label is taken for which.

    A cell's shade is its share of the true label's examples, so that rare labels are as visible as
    common ones; numbers are counts. Of very many labels the rarest share a row and a column.

    Args:
        counts: (C, C), true label in rows, predicted label in columns.
        labels: C names.
        title: what was measured ("test part").
    """
    examples, right = int(counts.sum()), int(counts.trace())
    counts, names = _merged(counts, [short(label, _NAME) for label in labels])
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    numbers = len(names) <= _NUMBERS_UP_TO
    side = max(4.0, 1.8 + (0.34 if numbers else 0.19) * len(names))
    figure, axes = new_chart(side + 0.6, side, dpi=100)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true label's examples")
    size = 9 if numbers else 7
    turn = 90 if max(map(len, names)) > 3 else 0
    axes.set_xticks(range(len(names)), names, rotation=turn, fontsize=size, parse_math=False)
    axes.set_yticks(range(len(names)), names, fontsize=size, parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    said = f"{examples:,} examples, {right / max(1, examples):.1%} right"
    axes.set_title(f"{title}: {said}" if title else said, fontsize=9, parse_math=False)
    for (row, column), count in np.ndenumerate(counts) if numbers else ():
        if count:
            style: dict[str, Any] = {
                "color": "white" if shares[row, column] > 0.5 else "black",
                "fontsize": 7 if len(names) > 10 else 9,
            }
            text = str(count) if count < 10_000 else short_number(float(count))
            axes.text(column, row, text, ha="center", va="center", in_layout=False, **style)
    return figure


def _merged(
    counts: npt.NDArray[np.int64], names: list[str]
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """A matrix whose last row and column are those of all labels that have no place of their own;
    they are the rarest.
    """
    if len(names) <= _MOST:
        return counts, names
    kept = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[: _MOST - 1])
    place = np.full(len(names), _MOST - 1)
    place[kept] = np.arange(_MOST - 1)
    merged = np.zeros((_MOST, _MOST), dtype=np.int64)
    np.add.at(merged, (place[:, None], place[None, :]), counts)
    more = len(names) - len(kept)
    return merged, [*(names[i] for i in kept), f"and {more:,} more"]
