"""What a gallery shows: a picture with its words, drawn when it is wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.figure import Figure

Part = Figure | Markup
"""A figure, or a fragment of HTML whose texts are escaped (coloured text, a table)."""


@dataclass(frozen=True)
class Picture:
    """One entry of a gallery.

    Attributes:
        name: file name without a suffix, and how a command asks for it ("surprise").
        title: its heading.
        explanation: one to three sentences: what one sees, on what it was measured, in which units.
        draw: makes its parts, from top to bottom; whatever it raises costs this picture only.
        about: what it belongs to; entries with the same stand together ("predictions").
        is_text: whether its fragments say all that its figures show: a page has the fragments
            alone, which can be searched and wrap; the figures are files.
        quick: whether a run draws it at its end: it takes less than half a second.
    """

    name: str
    title: str
    explanation: str
    draw: Callable[[], Sequence[Part]]
    about: str
    quick: bool = False
    is_text: bool = False
