"""The learning curves of one run: training and validation over epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from charlab.figures.axis import set_log_scale, short_number
from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import Points, empty_figure, tidy

_WIDE_RANGE = 4.0  # times the smallest value; beyond that steps are drawn as factors
_TRAIN, _VAL, _BEST = LIGHT["series-1"], LIGHT["series-2"], LIGHT["ink"]


@dataclass(frozen=True)
class Curves:
    """A metric over a run.

    Attributes:
        metric: its name.
        train: (epochs done, mean since the last point) pairs.
        val: (epochs done, value) pairs.
        best: that of the best checkpoint; None: not known.
        rises: whether it is to rise; if not, and it falls far, steps are drawn as factors.
    """

    metric: str
    train: Points
    val: Points
    best: tuple[float, float] | None = None
    rises: bool = False


def run_curves_figure(curves: Sequence[Curves], title: str = "") -> Figure:
    """Draws a chart for each metric, one beside the other.

    Args:
        curves: at least one metric's.
        title: what was trained on what.
    """
    figure = empty_figure(4.2, 1.6 + 5.2 * len(curves))
    for i, curve in enumerate(curves):
        axes = figure.add_subplot(1, len(curves), i + 1)
        _draw(axes, curve)
        tidy(axes, "epochs", curve.metric)
        if i == 0:
            axes.legend(frameon=False)
    if title:
        figure.suptitle(title, fontsize=11, parse_math=False)
    return figure


def _draw(axes: Axes, curve: Curves) -> None:
    dot = "." if len(curve.train) == 1 else None
    _plot(
        axes, curve.train, color=_TRAIN, marker=dot, label="train (while it learns, with dropout)"
    )
    _plot(axes, curve.val, color=_VAL, marker="o", markersize=4, label="validation")
    if curve.best is not None:
        ring = {"marker": "o", "markersize": 10, "fillstyle": "none", "linestyle": ""}
        _plot(axes, [curve.best], color=_BEST, label="best checkpoint", **ring)
        above: dict[str, Any] = {"xytext": (0, 10), "textcoords": "offset points", "ha": "center"}
        axes.annotate(short_number(curve.best[1]), curve.best, fontsize=9, **above)
    values = [y for _, y in (*curve.train, *curve.val)]
    if not curve.rises and values and 0 < min(values) * _WIDE_RANGE < max(values):
        set_log_scale(axes.yaxis)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.margins(y=0.12)


def _plot(axes: Axes, points: Points, **style: Any) -> None:
    if points:
        x, y = zip(*points, strict=True)
        axes.plot(x, y, **style)
