"""Groups of runs: means with their intervals over seeds."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import add_legend, new_figure, scatter, short, tidy

_LABEL = 48  # characters


def groups_figure(
    labels: Sequence[str],
    values: Sequence[Sequence[float]],
    means: Sequence[float],
    halves: Sequence[float | None],
    *,
    metric: str,
) -> Figure:
    """Draws a row for each group, the first on top; marks are "run-GROUP-RUN" and "group-GROUP".

    Args:
        labels: the groups' names.
        values: each group's single runs.
        means: theirs.
        halves: half the width of each mean's interval; None: it has none.
        metric: what the values are.
    """
    figure, axes = new_figure(1.4 + 0.34 * len(labels))
    places = range(len(labels))
    runs = [
        (value, place, f"run-{place}-{i}")
        for place, group in enumerate(values)
        for i, value in enumerate(group)
    ]
    scatter(axes, runs, s=20, color=LIGHT["quiet"], alpha=0.6, label="single runs")
    errors = [half or 0.0 for half in halves]
    axes.errorbar(means, places, xerr=errors, fmt="none", color=LIGHT["complete"], capsize=4)
    marked = [(mean, place, f"group-{place}") for place, mean in enumerate(means)]
    label = "mean and 95% interval over seeds"
    scatter(axes, marked, s=40, color=LIGHT["complete"], label=label)
    axes.set_yticks(places, [short(label, _LABEL) for label in labels], parse_math=False)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    tidy(axes, metric, "")
    axes.grid(visible=False, axis="y")
    add_legend(figure, 2)
    return figure
