"""The history of a sweep: every trial's value, and the best so far."""

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import (
    Limits,
    Points,
    add_legend,
    new_figure,
    scatter,
    show_part,
    tidy,
)


def history_figure(
    complete: Points,
    pruned: Points,
    best: Points,
    *,
    objective: str,
    limits: Limits | None = None,
) -> Figure:
    """Draws an objective over trials.

    Args:
        complete: (trial, value) of complete trials.
        pruned: (trial, last value) of pruned ones.
        best: (trial, best value so far).
        objective: what the values are.
        limits: the part of the objective to be shown, the rest at its edge; None: all.
    """
    figure = new_figure()
    axes = figure.add_subplot()
    for points, name, label, marker in (
        (complete, "complete", "complete", "o"),
        (pruned, "pruned", "pruned (last value)", "x"),
    ):
        trials = [trial for trial, _ in points]
        style = {"s": 28, "color": LIGHT[name], "marker": marker, "label": label}
        scatter(axes, points, trials, limits, **style)
    if best:
        x, y = zip(*best, strict=True)
        axes.step(x, y, where="post", color=LIGHT["best"], linewidth=2, label="best so far")
    tidy(axes, "trial", objective)
    show_part(axes, limits)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    add_legend(figure, 3)
    return figure
