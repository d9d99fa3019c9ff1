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
_EARLY = 2.5  # times the first validation; above it nothing is to be seen but the beginning
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
    _plot(axes, curve.train, color=_TRAIN, marker=dot, label="train (mean while it learns)")
    _plot(axes, curve.val, color=_VAL, marker="o", markersize=4, label="validation")
    if curve.best is not None:
        ring = {"marker": "o", "markersize": 10, "fillstyle": "none", "linestyle": ""}
        _plot(axes, [curve.best], color=_BEST, label="best checkpoint", **ring)
        free = -18 if curve.rises else 10  # points; training is on the other side as a rule
        near: dict[str, Any] = {"xytext": (0, free), "textcoords": "offset points", "ha": "center"}
        axes.annotate(short_number(curve.best[1]), curve.best, fontsize=9, **near)
    axes.margins(y=0.12)
    if not curve.rises:
        _show_what_matters(axes, curve)
    axes.set_xlim(left=0)
    whole = axes.get_xlim()[1] > 2
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10], integer=whole))


def _show_what_matters(axes: Axes, curve: Curves) -> None:
    """Lets the first steps of training leave through the top; draws a far fall in factors."""
    values = [y for _, y in (*curve.train, *curve.val)]
    top = max(values)
    if curve.val:
        validated = [y for _, y in curve.val]
        top = min(top, max(_EARLY * validated[0], *validated))
    bottom = min(values)
    if 0 < bottom * _WIDE_RANGE < top:
        set_log_scale(axes.yaxis)
        axes.set_ylim(bottom / 1.2, top * 1.2)
    else:
        pad = 0.12 * (top - bottom) or 0.1 * abs(top) or 1.0
        axes.set_ylim(bottom - pad, top + pad)


def _plot(axes: Axes, points: Points, **style: Any) -> None:
    if points:
        x, y = zip(*points, strict=True)
        axes.plot(x, y, **style)
