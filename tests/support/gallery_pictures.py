"""Pictures whose texts would be markup, one of which cannot be drawn."""

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from charlab.figures.confusion import confusion_figure
from charlab.figures.picture import Picture

EVIL = "<img src=x onerror=document.title='hacked'><script>document.title='hacked'</script>"


def plain_figure() -> Figure:
    """A figure with a title."""
    figure = Figure(figsize=(4, 3))
    figure.add_subplot().set_title(EVIL, parse_math=False)
    return figure


def hostile_pictures() -> list[Picture]:
    """A figure with a text, two figures, one that fails, and one that has nothing to show."""

    def fails() -> list[Figure]:
        raise ValueError(EVIL)

    matrix = confusion_figure(np.array([[3, 1], [0, 9]]), [EVIL, "b"])
    text = Markup('<p class="coloured"><span class="heat-4">{}</span></p>').format(EVIL)
    return [
        Picture("one", EVIL, EVIL, lambda: [plain_figure(), text], EVIL),
        Picture("two", "Two", "words", lambda: [plain_figure(), matrix], "data"),
        Picture("three", "Three", "words", fails, EVIL),
        Picture("four", "Four", "words", list, "data"),
    ]
