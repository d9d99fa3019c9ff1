"""Whether the texts beside a figure's axes can be read."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text


def touching(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of tick labels of an axis whose boxes overlap; slanted ones, which are nested, aside."""
    FigureCanvasAgg(figure).draw()
    return [
        (first.get_text(), second.get_text())
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        if axis.get_visible()
        for first, second in combinations(_shown(axis.get_ticklabels(which="both")), 2)
        if first.get_window_extent().overlaps(second.get_window_extent())
    ]


def _shown(labels: list[Text]) -> list[Text]:
    return [
        label
        for label in labels
        if label.get_visible() and label.get_text() and label.get_rotation() % 90 == 0
    ]
