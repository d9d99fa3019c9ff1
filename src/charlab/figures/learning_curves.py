"""Learning curves of several runs in one figure."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]


def learning_curves_figure(
    curves: Mapping[str, Points], *, metric: str, unit: str, yardstick: tuple[str, float] | None
) -> Figure:
    """Draws a validation metric over training.

    Args:
        curves: by the run's name, (progress, value) pairs.
        metric: what the values are ("validation perplexity").
        unit: what progress is counted in ("optimizer steps").
        yardstick: name and value of what every run must beat, a dashed line.
    """
    figure = Figure(figsize=(7, 4.2), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    for name, points in curves.items():
        progress, values = zip(*points, strict=True)
        axes.plot(progress, values, marker="o", markersize=4, label=f"{name} ({values[-1]:.2f})")
    if yardstick is not None:
        name, value = yardstick
        axes.axhline(value, linestyle="--", color="gray", label=f"{name} ({value:.2f})")
    axes.set_xlabel(unit)
    axes.set_ylabel(metric)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
