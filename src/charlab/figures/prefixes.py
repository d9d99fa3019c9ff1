"""What a classifier thinks of a text while it reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from charlab.figures.colors import SERIES
from charlab.figures.sweeps import short, tidy
from charlab.figures.token_names import token_name

_MARKS = "os^D"
_NAME = 18  # characters of a label


@dataclass(frozen=True)
class ReadText:
    """A text with what is thought of it.

    Attributes:
        tokens: T.
        probabilities: of each label after each token, (T, C).
        truth: the true label's number; None: not known.
    """

    tokens: Sequence[str]
    probabilities: npt.NDArray[np.float64]
    truth: int | None


def prefixes_figure(texts: Sequence[ReadText], labels: Sequence[str], most: int = 3) -> Figure:
    """A panel for each text: the label's probability after each of its tokens.

    Args:
        texts: what was read, at least one.
        labels: C names.
        most: labels with a line besides the true one: those that reach the highest.
    """
    columns = 1 if len(texts) == 1 or max(len(text.tokens) for text in texts) > 28 else 2
    rows = -(-len(texts) // columns)
    figure = Figure(figsize=(5.0 * columns, 2.5 * rows), dpi=110, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, text in zip(panels, texts, strict=False):
        _panel(axes, text, labels, most)
    for axes in panels[len(texts) :]:
        axes.set_axis_off()
    return figure


def _panel(axes: Axes, text: ReadText, labels: Sequence[str], most: int) -> None:
    highest = text.probabilities.max(axis=0)
    shown = [int(i) for i in np.argsort(-highest, kind="stable") if i != text.truth][:most]
    if text.truth is not None:
        shown.insert(0, text.truth)
    places = np.arange(len(text.tokens))
    for rank, label in enumerate(shown):
        is_true = label == text.truth
        axes.plot(
            places,
            text.probabilities[:, label],
            color=SERIES[rank],
            marker=_MARKS[rank % len(_MARKS)],
            markersize=4,
            linewidth=2.2 if is_true else 1.1,
            label=short(labels[label], _NAME) + (" (true)" if is_true else ""),
        )
    every = -(-len(places) // 40)
    names = [token_name(token) for token in text.tokens]
    axes.set_xticks(places[::every], names[::every], fontsize=8, parse_math=False)
    for tick in axes.get_xticklabels():
        tick.set_rotation(90 if len(tick.get_text()) > 2 else 0)
    axes.set_ylim(-0.03, 1.03)
    tidy(axes, "", "probability")
    legend = axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8)
    for entry in legend.get_texts():
        entry.set_parse_math(False)
