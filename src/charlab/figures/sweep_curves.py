"""Learning curves: of a sweep's trials, and of groups of runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.svg import marks
from charlab.figures.sweeps import (
    Limits,
    Points,
    add_legend,
    new_figure,
    short,
    show_part,
    tidy,
)

_LINES = {"pruned": "--", "failed": ":", "died": ":"}
_ENDS = {"pruned": "x", "failed": "+", "died": "+", "running": "o"}
_LABEL = 48  # characters of a group


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
    figure = new_figure(4.6)
    axes = figure.add_subplot()
    named: set[str] = set()
    for curve in sorted(curves, key=lambda curve: curve.best):  # the best on top
        name = f"best (trial {curve.trial})" if curve.best else curve.state
        _draw(axes, curve, label=name if name not in named else "_")
        named.add(name)
    _finish(figure, axes, "characters seen in training", objective, limits)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    return figure


def group_curves_figure(curves: Mapping[str, Sequence[Points]], *, metric: str) -> Figure:
    """Draws a line for each run in its group's color; its mark is the group's name.

    Args:
        curves: group -> a curve for each run, of (optimizer step, value).
        metric: what the values are.
    """
    figure = new_figure(4.6)
    axes = figure.add_subplot()
    for place, ((group, lines), color) in enumerate(zip(curves.items(), SERIES, strict=False)):
        for i, line in enumerate(lines):
            label = "_" if i else short(group, _LABEL)
            _line(axes, line, [f"curve-{place}"], color=color, linewidth=1.4, label=label)
    _finish(figure, axes, "optimizer steps", metric, None)
    return figure


def _draw(axes: Axes, curve: TrialCurve, label: str) -> None:
    color = LIGHT["best"] if curve.best else LIGHT.get(curve.state, LIGHT["quiet"])
    _line(
        axes,
        curve.points,
        [curve.trial],
        color=color,
        linestyle=_LINES.get(curve.state, "-"),
        linewidth=2.4 if curve.best else 1.1,
        alpha=1 if curve.best else 0.6,
        label=label,
    )
    if curve.state in _ENDS:
        end = {"color": color, "marker": _ENDS[curve.state], "markersize": 6}
        _line(axes, curve.points[-1:], [curve.trial], **end)


def _line(axes: Axes, points: Points, names: Sequence[object], **style: Any) -> None:
    x, y = zip(*points, strict=True)
    if len(points) == 1:  # a line of one point would not be seen
        style = {"marker": "o", "markersize": 5, **style}
    axes.plot(x, y, gid=marks(names), **style)


def _finish(figure: Figure, axes: Axes, x: str, y: str, limits: Limits | None) -> None:
    tidy(axes, x, y)
    show_part(axes, limits)
    axes.set_xlim(left=0)
    add_legend(figure, 5 if x.startswith("characters") else 3)
