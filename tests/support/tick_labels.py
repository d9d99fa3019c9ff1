"""Whether the texts beside a figure's axes can be read."""

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text


def touching(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of tick labels of an axis whose boxes overlap, but for slanted ones."""
    figure.draw_without_rendering()
    axes = [axis for part in figure.axes for axis in (part.xaxis, part.yaxis) if axis.get_visible()]
    boxes = [
        [
            (text.get_text(), text.get_window_extent())
            for text in _shown(axis.get_ticklabels(which="both"))
        ]
        for axis in axes
    ]
    return [
        (first, second)
        for beside in boxes
        for (first, one), (second, other) in combinations(beside, 2)
        if one.overlaps(other)
    ]


def _shown(labels: list[Text]) -> list[Text]:
    return [
        label
        for label in labels
        if label.get_visible() and label.get_text() and label.get_rotation() % 90 == 0
    ]
