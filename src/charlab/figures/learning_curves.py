"""Learning curves of groups of runs: means over seeds in a band from the lowest to the highest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import (
    Limits,
    Points,
    add_legend,
    line,
    new_figure,
    short,
    show_part,
    tidy,
)

_LABEL = 48  # characters of a group
_MOST_PLACES = 200  # of a mean: a page holds three pictures of each
_MANY = 10_000  # from here on thousands are a "k"
_BAND = {"-": 0.15, "--": 0.07}  # its opacity, by the line's style

_VALIDATION: dict[str, Any] = {"linewidth": 1.6, "linestyle": "-"}
_TRAINING: dict[str, Any] = {"linewidth": 1.1, "linestyle": "--"}

Curves = Mapping[str, Sequence[Points]]


def learning_curves_figure(
    curves: Curves,
    *,
    metric: str,
    training: Curves | None = None,
    x_label: str = "optimizer steps",
    limits: Limits | None = None,
) -> Figure:
    """Draws a line for each group in its color; marks are "curve-GROUP" and "train-GROUP".

    Args:
        curves: group -> a curve for each run, of (place, value).
        metric: what the values are.
        training: the same of training, dashed; None: it is not shown.
        x_label: what places are.
        limits: the part of the vertical axis to be shown; None: all.
    """
    figure, axes = new_figure(4.6)
    taught = training or {}
    for place, ((group, lines), color) in enumerate(zip(curves.items(), SERIES, strict=False)):
        _draw(axes, taught.get(group, ()), f"train-{place}", color=color, **_TRAINING)
        label = short(group, _LABEL)
        _draw(axes, lines, f"curve-{place}", color=color, label=label, **_VALIDATION)
    if any(points for lines in taught.values() for points in lines):
        axes.plot([], [], color=LIGHT["quiet"], label="training", **_TRAINING)
    rest = len(curves) - len(SERIES)
    if rest > 0:
        axes.plot([], [], linestyle="", label=f"and {rest} more")
    tidy(axes, x_label, metric)
    show_part(axes, limits)
    axes.set_xlim(left=0)
    if axes.get_xlim()[1] >= _MANY:
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    add_legend(figure, 3)
    return figure


def _draw(axes: Axes, lines: Sequence[Points], name: str, **style: Any) -> None:
    """One line: of several curves their mean in a band as far as all go, then each by itself."""
    known = [points for points in lines if points]
    if not known:
        return
    if len(known) == 1:
        line(axes, known[0], name, **style)
        return
    x, values = on_common_places(known)
    low, high, mean = values.min(axis=0), values.max(axis=0), values.mean(axis=0)
    opacity = _BAND[style["linestyle"]]
    axes.fill_between(x, low, high, color=style["color"], alpha=opacity, linewidth=0)
    line(axes, list(zip(x.tolist(), mean.tolist(), strict=True)), name, **style)
    end = float(x[-1])
    for points, last in zip(known, values[:, -1].tolist(), strict=True):
        rest = [point for point in points if point[0] > end]  # what only some have is no mean
        if rest:
            line(axes, [(end, last), *rest], name, **{**style, "linewidth": 0.7, "label": "_"})


def on_common_places(
    lines: Sequence[Points],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Curves at the same places: those of all of them, as far as all of them go.

    Args:
        lines: C curves, none of them empty.

    Returns:
        P places, (P,), at most 200 of them, and each curve's value there, by linear interpolation,
        (C, P). Curves that share no place are compared at the end of the one that ends first.
    """
    arrays = [np.asarray(points, dtype=np.float64) for points in lines]
    begin = max(array[0, 0] for array in arrays)
    end = min(array[-1, 0] for array in arrays)
    places = np.unique(np.concatenate([array[:, 0] for array in arrays]))
    places = places[(places >= begin) & (places <= end)]
    if len(places) > _MOST_PLACES:
        places = places[np.linspace(0, len(places) - 1, _MOST_PLACES).round().astype(int)]
    places = places if len(places) else np.array([end])
    values = np.stack([np.interp(places, array[:, 0], array[:, 1]) for array in arrays])
    return places, values
