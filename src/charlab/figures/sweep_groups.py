"""Groups of runs as a picture: means with their intervals over seeds."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from charlab.figures.sweeps import COMPLETE, QUIET, new_figure, short, tidy

_LABEL = 44  # characters


def groups_figure(
    labels: Sequence[str],
    values: Sequence[Sequence[float]],
    means: Sequence[float],
    halves: Sequence[float | None],
    *,
    metric: str,
) -> Figure:
    """Draws a row for each group, the first on top.

    Args:
        labels: the groups' names.
        values: each group's single runs.
        means: theirs.
        halves: half the width of each mean's interval; None: it has none.
        metric: what the values are.
    """
    figure = new_figure(7.5, 1.4 + 0.34 * len(labels))
    axes = figure.add_subplot()
    for place, group in enumerate(values):
        label = "single runs" if place == 0 else "_"
        axes.scatter(group, [place] * len(group), s=20, color=QUIET, alpha=0.6, label=label)
    places = list(range(len(labels)))
    axes.errorbar(
        means,
        places,
        xerr=[half or 0.0 for half in halves],
        fmt="o",
        color=COMPLETE,
        capsize=4,
        label="mean and 95% interval over seeds",
    )
    axes.set_yticks(places, [short(label, _LABEL) for label in labels], parse_math=False)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    tidy(axes, metric, "")
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside upper left", ncols=2, frameon=False)
    return figure
