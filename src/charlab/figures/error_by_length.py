"""How errors grow with the length of what is read."""

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import tidy


def error_by_length_figure(
    lengths: npt.NDArray[np.int64],
    error_rate: npt.NDArray[np.float64],
    wrong: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    unit: str,
) -> Figure:
    """Error rate and share of wrong targets by length, above how many texts there are.

    Args:
        lengths: ascending, (n,).
        error_rate: edits per token of the targets, of the texts of each length, (n,).
        wrong: the share of these texts that are not written exactly, (n,).
        counts: texts of each length, (n,).
        unit: what lengths are counted in.
    """
    figure = Figure(figsize=(7, 4.8), dpi=110, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot(lengths, wrong, color=SERIES[1], marker="s", markersize=4, label="texts not exact")
    above.plot(lengths, error_rate, color=SERIES[0], marker="o", markersize=4, label="error rate")
    above.set_ylim(bottom=0)
    tidy(above, "", "share")
    above.legend(frameon=False, fontsize=9)
    below.bar(lengths, counts, color=LIGHT["complete"])
    tidy(below, f"{unit} of the text", "texts")
    for axis in (below.xaxis, below.yaxis):
        axis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    return figure
