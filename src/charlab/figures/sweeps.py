"""What the figures of sweeps share."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from charlab.figures.axis import Numbers
from charlab.figures.svg import marks
from charlab.system.terminal import visible

Points = Sequence[tuple[float, float]]
Limits = tuple[float, float]

WIDTH = 11.0  # inches: as wide as a page
_LABEL = 40  # characters at an axis


def empty_figure(height: float, width: float = WIDTH) -> Figure:
    """A figure without charts, inches."""
    figure = Figure(figsize=(width, height), dpi=120)
    figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.08)
    return figure


def new_figure(height: float = 4.2, width: float = WIDTH) -> tuple[Figure, Axes]:
    """A figure with one empty chart, inches."""
    figure = empty_figure(height, width)
    return figure, figure.add_subplot()


def new_chart(width: float, height: float, dpi: int = 110) -> tuple[Figure, Axes]:
    """The same of any size, as near to its edges as matplotlib puts it."""
    figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
    return figure, figure.add_subplot()


def scatter(
    axes: Axes,
    points: Sequence[tuple[float, float, object]],
    limits: Limits | None = None,
    **style: Any,
) -> None:
    """Draws points, if there are any; those beyond the vertical limits at their edge.

    Args:
        axes: where.
        points: (x, y, what it stands for) each.
        limits: the part of the vertical axis to be shown; None: all.
        style: as matplotlib has it.
    """
    if points:
        x, y, names = zip(*points, strict=True)
        axes.scatter(x, np.clip(y, *limits or (-math.inf, math.inf)), gid=marks(names), **style)


def line(axes: Axes, points: Points, name: object, **style: Any) -> None:
    """Draws a line that stands for something; a single point is a dot."""
    x, y = zip(*points, strict=True)
    if len(points) == 1:
        style = {"marker": "o", "markersize": 5, **style}
    axes.plot(x, y, gid=marks([name]), **style)


def short(text: str, length: int) -> str:
    """A text that leaves room for the picture."""
    text = visible(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def tidy(axes: Axes, x_label: str, y_label: str) -> None:
    """Names the axes and leaves out what says nothing. A name's dollars are no formula."""
    axes.set_xlabel(short(x_label, _LABEL), parse_math=False)
    axes.set_ylabel(short(y_label, _LABEL), parse_math=False)
    axes.grid(alpha=0.25)
    for axis in (axes.xaxis, axes.yaxis):
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(Numbers())
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def add_legend(figure: Figure, columns: int, **style: Any) -> None:
    """Says above a figure what its marks mean; a style is as matplotlib has it."""
    style = {"loc": "outside upper left", "frameon": False, **style}
    legend = figure.legend(ncols=columns, **style)
    for text in legend.get_texts():
        text.set_parse_math(False)


def show_part(axes: Axes, limits: Limits | None) -> None:
    """Shows a part of the vertical axis; None: all of it."""
    if limits is not None:
        pad = 0.04 * (limits[1] - limits[0])
        axes.set_ylim(limits[0] - pad, limits[1] + pad)
