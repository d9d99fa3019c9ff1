"""How well each label is told, as a chart that stays readable with many labels."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import add_legend, new_chart, short, tidy

_NAME = 28  # characters of a label
_MOST = 100  # labels
_MARKS = (("precision", "<", SERIES[0]), ("recall", ">", SERIES[1]), ("F1", "o", LIGHT["ink"]))

Values = npt.NDArray[np.float64]


def label_scores_figure(
    counts: npt.NDArray[np.int64],
    scores: tuple[Values, Values, Values],
    labels: Sequence[str],
    *,
    label: str = "label",
    counted: str = "examples",
) -> Figure:
    """Precision, recall and F1 of each label on a line of its own, the most frequent on top.

    Of very many labels the rarest are left out, which the title says.

    Args:
        counts: examples of each label, (C,).
        scores: precision, recall and F1, (C,) each; NaN: not defined, no mark.
        labels: C names.
        label: what one is called.
        counted: what is counted.
    """
    order = np.argsort(-counts, kind="stable")[:_MOST]
    rows = np.arange(len(order))
    figure, axes = new_chart(7.4, 1.5 + 0.21 * len(order))
    precision, recall, _ = scores
    ends = np.stack([precision[order], recall[order]])
    axes.hlines(rows, ends.min(axis=0), ends.max(axis=0), color=LIGHT["line"], linewidth=3)
    for (name, mark, color), values in zip(_MARKS, scores, strict=True):
        size = 22 if mark == "o" else 34
        axes.scatter(values[order], rows, size, color=color, marker=mark, label=name, zorder=3)
    names = [f"{short(labels[i], _NAME)}  {counts[i]:,}" for i in order]
    axes.set_yticks(rows, names, fontsize=8, parse_math=False)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    tidy(axes, "share", f"{label} and its {counted}")
    left_out = len(counts) - len(order)
    rest = f" (without the {left_out:,} rarest)" if left_out else ""
    axes.set_title(f"Precision, recall and F1 of each {label}{rest}", fontsize=11)
    add_legend(figure, 3, loc="outside upper center", fontsize=9)
    return figure
