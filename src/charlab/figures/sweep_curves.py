"""Learning curves of a sweep's trials."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import Limits, Points, add_legend, line, new_figure, show_part, tidy

_LINES = {"pruned": "--", "failed": ":", "died": ":"}
_ENDS = {"pruned": "x", "failed": "+", "died": "+", "running": "o"}


@dataclass(frozen=True)
class TrialCurve:
    """A trial's curve.

    Attributes:
        trial: its number.
        state: "complete", "pruned", "failed", "died" or "running".
        points: (characters seen, value), at least one.
        best: whether it is the best trial.
    """

    trial: int
    state: str
    points: Points
    best: bool = False


def sweep_curves_figure(
    curves: Sequence[TrialCurve], *, objective: str, limits: Limits | None = None
) -> Figure:
    """Draws the curves; pruned ones are dashed and end in a cross, the best is thick.

    Args:
        curves: of all trials that reported anything.
        objective: what the values are.
        limits: the part of the objective to be shown; None: all.
    """
    figure, axes = new_figure(4.6)
    named: set[str] = set()
    for curve in sorted(curves, key=lambda curve: curve.best):  # the best on top
        name = f"best (trial {curve.trial})" if curve.best else curve.state
        _draw(axes, curve, label=name if name not in named else "_")
        named.add(name)
    tidy(axes, "characters seen in training", objective)
    show_part(axes, limits)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    add_legend(figure, 6)
    return figure


def _draw(axes: Axes, curve: TrialCurve, label: str) -> None:
    color = LIGHT["best"] if curve.best else LIGHT.get(curve.state, LIGHT["quiet"])
    line(
        axes,
        curve.points,
        curve.trial,
        color=color,
        linestyle=_LINES.get(curve.state, "-"),
        linewidth=2.4 if curve.best else 1.1,
        alpha=1 if curve.best else 0.6,
        label=label,
    )
    if curve.state in _ENDS:
        end = {"color": color, "marker": _ENDS[curve.state], "markersize": 6}
        line(axes, curve.points[-1:], curve.trial, **end)
