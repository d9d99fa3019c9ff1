"""Learning curves of groups of runs."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from charlab.figures.colors import SERIES
from charlab.figures.sweeps import Points, add_legend, line, new_figure, short, tidy

_LABEL = 48  # characters of a group


def learning_curves_figure(
    curves: Mapping[str, Sequence[Points]],
    *,
    metric: str,
    yardstick: tuple[str, float] | None = None,
) -> Figure:
    """Draws a line for each run in its group's color; its mark is "curve-GROUP".

    Args:
        curves: group -> a curve for each run, of (optimizer step, value).
        metric: what the values are.
        yardstick: name and value of what every run must beat, a dashed line.
    """
    figure, axes = new_figure(4.6)
    for place, ((group, lines), color) in enumerate(zip(curves.items(), SERIES, strict=False)):
        for i, points in enumerate(lines):
            label = "_" if i else short(group, _LABEL)
            line(axes, points, f"curve-{place}", color=color, linewidth=1.4, label=label)
    rest = len(curves) - len(SERIES)
    if rest > 0:
        axes.plot([], [], linestyle="", label=f"and {rest} more")
    if yardstick is not None:
        name, value = yardstick
        axes.axhline(value, linestyle="--", color="gray", label=f"{name} ({value:.2f})")
    tidy(axes, "optimizer steps", metric)
    axes.set_xlim(left=0)
    add_legend(figure, 3)
    return figure
