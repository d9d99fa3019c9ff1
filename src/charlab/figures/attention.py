"""Where a decoder looks while it writes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from charlab.figures.token_names import name_rows_and_columns, token_names


def attention_figure(
    weights: Sequence[npt.NDArray[np.floating]],
    read: Sequence[Sequence[str]],
    written: Sequence[Sequence[str]],
) -> Figure:
    """Draws attention weights, a panel for each text: what is read to the right, written downwards.

    Args:
        weights: of each text, (U, T), from 0 to 1.
        read: of each text its T tokens.
        written: of each text the U tokens of its target.
    """
    heights = [1.4 + 0.24 * len(rows) for rows in written]
    width = max(4.0, 1.9 + 0.24 * max(map(len, read), default=1))
    figure = Figure(figsize=(width, sum(heights)), dpi=100, layout="constrained")
    panels = figure.subplots(len(weights), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, values, columns, rows in zip(panels, weights, read, written, strict=True):
        axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="equal")
        name_rows_and_columns(axes, token_names(rows), token_names(columns))
        axes.tick_params(length=0)
        axes.xaxis.set_label_position("top")
        axes.set_xlabel("text (read)", fontsize=8)
        axes.set_ylabel("target (written)", fontsize=8)
    return figure
