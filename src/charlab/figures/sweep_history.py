"""The history of a sweep: every trial's value, and the best so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import Limits, add_legend, new_figure, scatter, show_part, tidy


@dataclass(frozen=True)
class History:
    """An objective over a sweep's trials.

    Attributes:
        complete: (trial number, value) of complete trials.
        pruned: (trial number, last value reported) of those that were pruned.
        best: (trial number, best value so far), a point for each complete trial.
    """

    complete: Sequence[tuple[int, float]]
    pruned: Sequence[tuple[int, float]]
    best: Sequence[tuple[int, float]]


def history_figure(history: History, *, objective: str, limits: Limits | None = None) -> Figure:
    """Draws an objective over trials.

    Args:
        history: of at least one trial.
        objective: what the values are.
        limits: the part of the objective to be shown, the rest at its edge; None: all.
    """
    figure, axes = new_figure()
    for points, name, label, marker in (
        (history.complete, "complete", "complete", "o"),
        (history.pruned, "pruned", "pruned (last value)", "x"),
    ):
        marked = [(trial, value, trial) for trial, value in points]
        style = {"s": 28, "color": LIGHT[name], "marker": marker, "label": label}
        scatter(axes, marked, limits, **style)
    if history.best:
        x, y = zip(*history.best, strict=True)
        axes.step(x, y, where="post", color=LIGHT["best"], linewidth=2, label="best so far")
    tidy(axes, "trial", objective)
    show_part(axes, limits)
    last = max(trial for trial, _ in (*history.complete, *history.pruned))
    pad = 0.5 + 0.02 * last
    axes.set_xlim(-pad, last + pad)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    add_legend(figure, 3)
    return figure
