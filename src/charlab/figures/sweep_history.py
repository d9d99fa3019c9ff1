"""A sweep's history as a picture."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from charlab.figures.sweeps import BEST, COMPLETE, PRUNED, new_figure, show_part, tidy

Points = Sequence[tuple[float, float]]


def history_figure(
    complete: Points,
    pruned: Points,
    best: Points,
    *,
    objective: str,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Draws an objective over trials.

    Args:
        complete: (trial, value) of complete trials.
        pruned: (trial, last value) of pruned ones.
        best: (trial, best value so far).
        objective: what the values are.
        limits: the part of the objective to be shown; None: all.
    """
    figure = new_figure()
    axes = figure.add_subplot()
    if complete:
        x, y = zip(*complete, strict=True)
        axes.scatter(x, y, s=28, color=COMPLETE, label="complete")
    if pruned:
        x, y = zip(*pruned, strict=True)
        axes.scatter(x, y, s=28, color=PRUNED, marker="x", label="pruned (last value)")
    if best:
        x, y = zip(*best, strict=True)
        axes.step(x, y, where="post", color=BEST, linewidth=2, label="best so far")
    tidy(axes, "trial", objective)
    show_part(axes, limits)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside upper left", ncols=3, frameon=False)
    return figure
