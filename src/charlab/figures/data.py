"""Pictures of a text: what follows what, how long documents are, how many have which label."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from charlab.figures.sweeps import tidy

_MOST_LABELS = 60
_BINS = 40
_COLOR = "#3568a8"
_LONGEST_NAME = 14


def bigram_figure(tokens: Sequence[str], table: npt.NDArray[np.float64]) -> Figure:
    """A heat map of what follows what.

    Args:
        tokens: rows and columns, (n,).
        table: the share of each column's symbol among all that follows the row's, (n, n).
    """
    side = max(4.0, 0.19 * len(tokens) + 1.8)
    figure = Figure(figsize=(side + 0.8, side), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(table, cmap="Blues", vmin=0.0)
    names = [visible(token) for token in tokens]
    axes.set_xticks(range(len(names)), names, fontsize=7, parse_math=False, rotation=_turn(names))
    axes.set_yticks(range(len(names)), names, fontsize=7, parse_math=False)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("next")
    axes.set_ylabel("symbol")
    figure.colorbar(image, ax=axes, shrink=0.7, label="share of what follows")
    return figure


def length_figure(lengths: npt.NDArray[np.int64], unit: str) -> Figure:
    """A histogram of the documents' lengths.

    Args:
        lengths: of each document, (n,).
        unit: what lengths are counted in ("characters").
    """
    figure = Figure(figsize=(7, 4), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    low, high = (int(lengths.min()), int(lengths.max())) if len(lengths) else (0, 1)
    if high - low < _BINS:
        edges = np.arange(low, high + 2) - 0.5
    elif low > 0 and high / low > 1000:
        edges = np.geomspace(low, high, _BINS)
        axes.set_xscale("log")
    else:
        edges = np.linspace(low, high, _BINS)
    axes.hist(lengths, bins=edges.tolist(), color=_COLOR)
    tidy(axes, f"length in {unit}", "documents")
    return figure


def label_figure(labels: Sequence[tuple[str, int]]) -> Figure:
    """Bars of how many documents have which label; of many labels the most frequent.

    Args:
        labels: each with its documents.
    """
    ranked = sorted(labels, key=lambda item: (-item[1], item[0]))
    shown = ranked[:_MOST_LABELS]
    figure = Figure(figsize=(7, max(2.2, 0.19 * len(shown) + 1.0)), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.barh(range(len(shown)), [count for _, count in shown], color=_COLOR)
    names = [visible(name) for name, _ in shown]
    axes.set_yticks(range(len(shown)), names, fontsize=7, parse_math=False)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    left = len(ranked) - len(shown)
    tidy(axes, "documents", f"label ({left} more have fewer)" if left else "label")
    return figure


def visible(token: str) -> str:
    """A symbol as it can be seen: white space and control characters by their names."""
    names = {" ": "␣", "\n": "↵", "\t": "⇥"}
    text = "".join(names.get(c, c if c.isprintable() else f"U+{ord(c):04X}") for c in token)
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def _turn(names: Sequence[str]) -> int:
    return 90 if max(map(len, names), default=0) > 1 else 0
