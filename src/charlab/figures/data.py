"""Pictures of a text: what follows what, how long documents are, how many have which label."""

from collections.abc import Sequence
from itertools import compress

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from charlab.figures.axis import set_log_scale
from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import new_chart, short, tidy
from charlab.figures.token_names import name_rows_and_columns, token_names

_BINS = 40
_NAME = 28  # characters of a label
_CELL = 0.19  # inches


def bigram_figure(
    tokens: Sequence[str],
    table: npt.NDArray[np.float64],
    others: int = 0,
    unit: str = "character",
) -> Figure:
    """A heat map of what follows what.

    Args:
        tokens: those with a row and a column of their own, (n,).
        table: (n + 2, n + 2): the share of each column among all that follows the row. Rows are a
            document's begin, the tokens, all other tokens; columns the tokens, all others, the
            end. Marks and others that never occur are left out.
        others: how many tokens the others are.
        unit: what a token is.
    """
    names, more = token_names(tokens), f"{others:,} more"
    rows, columns = ["begin", *names, more], [*names, more, "end"]
    row_used = [bool(i % (len(rows) - 1)) or bool(table[i].any()) for i in range(len(rows))]
    column_used = [i < len(names) or bool(table[:, i].any()) for i in range(len(columns))]
    rows, columns = list(compress(rows, row_used)), list(compress(columns, column_used))
    table = table[np.ix_(row_used, column_used)]
    rest = max(2.5, _CELL * max(len(rows), len(columns))) + 0.07 * max(map(len, rows + columns))
    figure, axes = new_chart(rest + 1.6, rest + 0.8)
    image = axes.imshow(table, cmap="Blues", vmin=0.0)
    name_rows_and_columns(axes, rows, columns)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(f"next {unit}")
    axes.set_ylabel(unit)
    axes.set_title(f"Which {unit} follows which", fontsize=11)
    figure.colorbar(image, ax=axes, shrink=0.7, label="share of what follows the row")
    return figure


def length_figure(lengths: npt.NDArray[np.int64], unit: str) -> Figure:
    """A histogram of the documents' lengths.

    Args:
        lengths: of each document, (n,).
        unit: what lengths are counted in ("characters").
    """
    figure, axes = new_chart(7, 4)
    low, high = (int(lengths.min()), int(lengths.max())) if len(lengths) else (0, 1)
    if high - low < _BINS:
        edges = np.arange(low, high + 2) - 0.5
    elif low > 0 and high / low > 1000:
        edges = np.geomspace(low, high, _BINS)
        set_log_scale(axes.xaxis)
    else:
        edges = np.linspace(low, high, _BINS)
    axes.hist(lengths, bins=edges.tolist(), color=LIGHT["complete"])
    tidy(axes, f"length in {unit}", "documents")
    axes.set_title(f"How long the {len(lengths):,} documents are", fontsize=11)
    return figure


def label_figure(labels: Sequence[tuple[str, int]], most: int = 100) -> Figure:
    """Bars of how many documents have which label; of many labels the most frequent.

    Args:
        labels: each with its documents.
        most: labels with a bar of their own.
    """
    ranked = sorted(labels, key=lambda item: (-item[1], item[0]))
    alone = most if len(ranked) > most + 1 else len(ranked)  # "and 1 more" takes as much room
    shown, rest = ranked[:alone], ranked[alone:]
    figure, axes = new_chart(7, max(2.2, 0.19 * len(shown) + 1.4))
    counts = [count for _, count in shown]
    bars = axes.barh(range(len(shown)), counts, color=LIGHT["complete"])
    axes.bar_label(bars, [f"{count:,}" for count in counts], fontsize=7, padding=2)
    names = [short(name, _NAME) for name, _ in shown]
    if rest:
        total = sum(count for _, count in rest)
        names.append(f"and {len(rest):,} more")
        remark = f"{total:,} together, at most {rest[0][1]:,} each"
        axes.annotate(
            remark,
            (0, len(shown)),
            fontsize=7,
            va="center",
            xytext=(2, 0),
            textcoords="offset points",
        )
    axes.set_yticks(range(len(names)), names, fontsize=7, parse_math=False)
    axes.set_ylim(len(names) - 0.4, -0.6)
    tidy(axes, "documents", "label")
    axes.grid(visible=False)
    axes.set_title(f"Documents of each of the {len(ranked):,} labels", fontsize=11)
    return figure
