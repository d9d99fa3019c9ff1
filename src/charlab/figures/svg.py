"""Figures as parts of a page: SVG in the page's colors, with marks that its script finds."""

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT

_VARIABLES = {light: f"var(--{meaning})" for meaning, light in LIGHT.items()}
_VARIABLES["#000000"] = "var(--ink)"
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def marks(names: Iterable[object]) -> str:
    """An artist's ``gid`` that says what each of its points, or its line, stands for."""
    return f"marks {' '.join(str(name) for name in names)}"


def to_svg(figure: Figure) -> str:
    """A figure as an SVG element: texts stay texts, colors of the palette become its variables.

    Groups of artists with :func:`marks` have their names in ``data-marks``; no other element has
    an id but what is used by its id.
    """
    _hold_colors_on_maps(figure)
    settings = matplotlib.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "charlab", "path.simplify": False}
    )
    with settings, warnings.catch_warnings(action="ignore"):
        text = svg_text(figure, _NO_METADATA)
    text = re.sub(r"<style.*?</style>", "", text[text.index("<svg") :], flags=re.DOTALL)
    return re.sub(r"<[^>]+>", _adapt, text)  # in texts "<" and ">" are escaped: these are tags


def svg_text(figure: Figure, metadata: Mapping[str, None]) -> str:
    """A figure as matplotlib writes it, drawn once; its savefig draws twice."""
    buffer, dpi = io.StringIO(), figure.dpi
    canvas: Any = FigureCanvasSVG(figure)  # matplotlib's canvases are not typed
    canvas.print_svg(buffer, metadata=metadata)  # at 72 dots to an inch
    figure.dpi = dpi
    return buffer.getvalue()


def _hold_colors_on_maps(figure: Figure) -> None:
    """Lets letters that stand on a heat map, whose colors no page changes, keep theirs, too."""
    held = {LIGHT["paper"]: "#fefefe", "#000000": "#010101", LIGHT["ink"]: "#1c2129"}
    for axes in figure.axes:
        for text in axes.texts if axes.images else ():
            color = to_hex(text.get_color())
            text.set_color(held.get(color, color))


def scales(figure: Figure) -> list[dict[str, Any]]:
    """Where the charts of a figure lie in its SVG, and what their axes' ends stand for.

    To be called once it is drawn. An axis that is not shown measures nothing.
    """
    width, height = (72 * inches for inches in figure.get_size_inches())
    return [
        {
            "left": width * box.x0,
            "right": width * box.x1,
            "top": height * (1 - box.y1),
            "bottom": height * (1 - box.y0),
            "x": _ends(axes, "x"),
            "y": _ends(axes, "y"),
        }
        for axes in figure.axes
        if axes.yaxis.get_visible()
        for box in [axes.get_position()]
    ]


def _ends(axes: Axes, which: str) -> dict[str, Any]:
    low, high = getattr(axes, f"get_{which}lim")()
    return {
        "label": getattr(axes, f"get_{which}label")(),
        "log": getattr(axes, f"get_{which}scale")() == "log",
        "low": float(low),
        "high": float(high),
    }


def _adapt(tag: re.Match[str]) -> str:
    text = re.sub("#[0-9a-f]{6}", lambda color: _VARIABLES.get(color[0], color[0]), tag[0])
    if not text.startswith("<g id="):
        return text
    return re.sub(
        ' id="(?:marks ([^"]*)|[^"]*)"', lambda m: f' data-marks="{m[1]}"' if m[1] else "", text
    )
