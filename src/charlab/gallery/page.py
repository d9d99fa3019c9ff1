"""The page that shows a gallery: one file, without a script, that loads nothing."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from markupsafe import Markup
from matplotlib.figure import Figure

from charlab.figures import to_png
from charlab.figures.pages import as_unicode, page_environment
from charlab.figures.picture import Part, Picture
from charlab.figures.svg import to_svg

_MOST_SVG = 1_500_000  # characters; beyond that a figure is embedded as pixels


@dataclass(frozen=True)
class Heading:
    """What stands above a gallery.

    Attributes:
        title: what was trained on what.
        facts: names and values.
        command: what makes the gallery again.
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    command: str = ""


@dataclass(frozen=True)
class Drawn:
    """A picture with its parts as a page holds them, or why there are none.

    Attributes:
        picture: the picture.
        parts: elements of the page.
        fault: what kept it from being drawn; "" if nothing did.
    """

    picture: Picture
    parts: Sequence[Markup] = ()
    fault: str = ""


def embedded(part: Part, title: str) -> Markup:
    """A part of a picture as an element of the page."""
    if not isinstance(part, Figure):
        return part
    svg = to_svg(part)
    if len(svg) <= _MOST_SVG:
        return Markup('<div class="chart scroll" tabindex="0">{}</div>').format(Markup(svg))
    pixels = base64.b64encode(to_png(part)).decode()
    return Markup(
        '<div class="scroll" tabindex="0"><img alt="{}" src="data:image/png;base64,{}"></div>'
    ).format(title, pixels)


def gallery_page(drawn: Sequence[Drawn], heading: Heading, written: datetime) -> str:
    """The whole page as HTML; pictures about the same thing stand together.

    Nothing is loaded from anywhere and no script runs: a policy in its head says so, besides
    everything being escaped.

    Args:
        drawn: the pictures, in order.
        heading: what stands above them.
        written: when.
    """
    subjects = list(dict.fromkeys(one.picture.about for one in drawn))
    ordered = sorted(drawn, key=lambda one: subjects.index(one.picture.about))
    sections = [
        (about, list(group)) for about, group in groupby(ordered, lambda one: one.picture.about)
    ]
    template = page_environment("charlab.gallery").get_template("gallery.html")
    text = template.render(sections=sections, heading=heading, written=f"{written:%Y-%m-%d %H:%M}")
    return as_unicode(text)
