"""Learning curves of a sweep's trials as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from charlab.figures.sweeps import BEST, OF_STATE, QUIET, new_figure, show_part, tidy

_LINES = {"pruned": "--", "failed": ":", "died": ":"}
_ENDS = {"pruned": "x", "failed": "+", "died": "+", "running": "o"}


@dataclass(frozen=True)
class TrialCurve:
    """A trial's curve.

    Attributes:
        state: "complete", "pruned", "failed", "died" or "running".
        points: (characters seen, value), at least one.
        best: whether it is the best trial.
    """

    state: str
    points: Sequence[tuple[float, float]]
    best: bool = False


def sweep_curves_figure(
    curves: Sequence[TrialCurve], *, objective: str, limits: tuple[float, float] | None = None
) -> Figure:
    """Draws the curves; pruned ones are dashed and end in a cross, the best is thick.

    Args:
        curves: of all trials that reported anything.
        objective: what the values are.
        limits: the part of the objective to be shown; None: all.
    """
    figure = new_figure(7.5, 4.6)
    axes = figure.add_subplot()
    named: set[str] = set()
    for curve in sorted(curves, key=lambda curve: curve.best):  # the best on top
        name = "best" if curve.best else curve.state
        _draw(axes, curve, name, label=name if name not in named else "_")
        named.add(name)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    tidy(axes, "characters seen in training", objective)
    show_part(axes, limits)
    axes.set_xlim(left=0)
    figure.legend(loc="outside upper left", ncols=5, frameon=False)
    return figure


def _draw(axes: Axes, curve: TrialCurve, name: str, label: str) -> None:
    color = BEST if curve.best else OF_STATE.get(curve.state, QUIET)
    x, y = zip(*curve.points, strict=True)
    axes.plot(
        x,
        y,
        color=color,
        linestyle=_LINES.get(curve.state, "-"),
        linewidth=2.4 if curve.best else 1.1,
        alpha=1 if curve.best else 0.6,
        marker="o" if len(x) == 1 else None,
        markersize=5,
        label=label,
    )
    if curve.state in _ENDS:
        axes.plot(x[-1], y[-1], color=color, marker=_ENDS[curve.state], markersize=6)
