"""Parameter importances as a picture."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from charlab.figures.sweeps import COMPLETE, new_figure, short, tidy

_LABEL = 40  # characters


def importances_figure(shares: Mapping[str, float], *, objective: str) -> Figure:
    """Draws a bar for each setting, the first on top.

    Args:
        shares: setting -> its share; they sum to 1.
        objective: what they are important for.
    """
    figure = new_figure(7, 1.2 + 0.36 * len(shares))
    axes = figure.add_subplot()
    places = range(len(shares))
    bars = axes.barh(places, list(shares.values()), color=COMPLETE, height=0.65)
    axes.bar_label(bars, [f"{share:.0%}" for share in shares.values()], padding=4)
    axes.set_yticks(places, [short(name, _LABEL) for name in shares], parse_math=False)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.1 * max(shares.values()))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    tidy(axes, f"share of importance for {objective}", "")
    axes.grid(visible=False, axis="y")
    return figure
