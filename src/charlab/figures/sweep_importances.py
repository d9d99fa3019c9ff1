"""How much each setting matters, as bars."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT
from charlab.figures.sweeps import new_figure, short, tidy

_LABEL = 40  # characters


def importances_figure(shares: Mapping[str, float], *, objective: str) -> Figure:
    """Draws a bar for each setting, the first on top.

    Args:
        shares: setting -> its share; they sum to 1.
        objective: what they are important for.
    """
    figure, axes = new_figure(1.2 + 0.36 * len(shares))
    places = range(len(shares))
    bars = axes.barh(places, list(shares.values()), color=LIGHT["complete"], height=0.65)
    texts = [f"{share:.0%}" if share >= 0.01 else "<1%" for share in shares.values()]
    axes.bar_label(bars, texts, padding=4)
    axes.set_yticks(places, [short(name, _LABEL) for name in shares], parse_math=False)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.1 * max(shares.values()))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    tidy(axes, f"share of importance for {objective}", "")
    axes.grid(visible=False, axis="y")
    return figure
