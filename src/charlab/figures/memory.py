"""How far back networks remember: gradients through time, the loss by context, shut gates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import add_legend, empty_figure, new_figure, short, tidy

_NAME = 48  # characters of a network's
_LOWEST = 1e-12  # of an axis of norms: below it lies what float32 cannot tell from nothing

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """How large gradients are by their distance, relative to no distance at all.

    Attributes:
        mean, median: over positions, (K,).
        low, high: the quartiles, (K,).
        dashed: whether the line is of a network that is there for comparison.
    """

    mean: Floats
    median: Floats
    low: Floats
    high: Floats
    dashed: bool = False


def gradient_figure(networks: Mapping[str, Reach]) -> Figure:
    """Draws the median of each network in a band of the middle half; dotted, the mean."""
    figure, axes = new_figure(4.6)
    lowest = 1.0
    for (name, reach), color in zip(networks.items(), SERIES, strict=False):
        k = np.arange(len(reach.median))
        style = "--" if reach.dashed else "-"
        median, mean = (
            np.where(values >= _LOWEST, values, np.nan) for values in (reach.median, reach.mean)
        )
        low, high = (np.maximum(values, _LOWEST) for values in (reach.low, reach.high))
        axes.fill_between(k, low, high, color=color, alpha=0.15, linewidth=0)
        axes.plot(k, median, style, color=color, linewidth=1.6, label=short(name, _NAME))
        axes.plot(k, mean, ":", color=color, linewidth=1.0)
        lowest = min(lowest, float(low.min()))
    axes.set_yscale("log")
    axes.set_ylim(bottom=lowest / 2)
    axes.set_xlim(left=0)
    axes.plot([], [], ":", color=LIGHT["quiet"], linewidth=1.0, label="mean")
    tidy(axes, "k, characters back", "gradient norm at t−k over that at t")
    add_legend(figure, 3)
    return figure


def context_figure(
    networks: Mapping[str, tuple[Sequence[int], Sequence[float]]], unit: str = "characters"
) -> Figure:
    """Draws the loss over how much a network is given to read before what it predicts.

    Args:
        networks: of each the numbers of tokens and the losses, nats.
        unit: what tokens are called.
    """
    figure, axes = new_figure(4.2)
    places: list[int] = []
    for (name, (given, losses)), color in zip(networks.items(), SERIES, strict=False):
        axes.plot(
            given, losses, "o-", color=color, markersize=4, linewidth=1.6, label=short(name, _NAME)
        )
        places = sorted({*places, *given})
    axes.set_xscale("log", base=2)
    axes.set_xticks(places)
    axes.xaxis.set_major_formatter(ScalarFormatter())
    tidy(axes, f"{unit} given", "loss, nats")
    add_legend(figure, 3)
    return figure


def saturation_figure(gates: Sequence[tuple[str, Floats, Floats]]) -> Figure:
    """Draws for each gate how often its units are shut and open (Karpathy et al. 2015, figure 3).

    Args:
        gates: of each its name, and of each unit the share of tokens at which it is below 0.1 and
            at which it is above 0.9, (H,).
    """
    columns = min(3, len(gates))
    rows = -(-len(gates) // columns)
    figure = empty_figure(3.4 * rows, 3.5 * columns)
    for i, (name, shut, opened) in enumerate(gates):
        axes = figure.add_subplot(rows, columns, i + 1)
        color = SERIES[i % len(SERIES)]
        axes.scatter(opened, shut, s=14, color=color, alpha=0.5, linewidths=0)
        axes.plot([0, 1], [1, 0], color=LIGHT["line"], linewidth=1.0, zorder=0)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_aspect("equal")
        axes.set_title(name, fontsize=10, parse_math=False)
        tidy(axes, "share above 0.9 (open)", "share below 0.1 (shut)")
    return figure
