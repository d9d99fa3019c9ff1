"""Figures: arrays in, a matplotlib figure out. No state, no screen."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from charlab.figures.fonts import draw_in_any_script
from charlab.figures.svg import svg_text
from charlab.system.terminal import warn


def to_png(figure: Figure) -> bytes:
    """A figure as PNG."""
    return to_file(figure, "png")


def to_file(figure: Figure, file_format: str) -> bytes:
    """A figure as a file, "png" or "svg".

    Letters of SVG are shapes: it looks the same without its fonts.
    """

    def draw() -> bytes:
        if file_format == "svg":
            return svg_text(figure, {"Date": None}).encode()
        buffer = io.BytesIO()
        canvas: Any = FigureCanvasAgg(figure)  # matplotlib's canvases are not typed
        canvas.print_png(buffer)  # savefig would draw it twice
        return buffer.getvalue()

    return draw_in_any_script(figure, draw)


def for_card(figure: Figure) -> Figure:
    """The figure at the size of a dashboard's card, with letters that can be read there."""
    figure.set_size_inches(4.2, 3.5)
    for text in figure.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), 9.0))
    return figure


def to_image(figure: Figure) -> npt.NDArray[np.uint8]:
    """A figure as pixels, (height, width, 3)."""
    canvas: Any = FigureCanvasAgg(figure)  # matplotlib's canvases are not typed
    draw_in_any_script(figure, canvas.draw)
    pixels = np.asarray(canvas.buffer_rgba(), dtype=np.uint8)
    return np.ascontiguousarray(pixels[..., :3])


def read_image(path: Path) -> npt.NDArray[np.uint8]:
    """The pixels of a PNG file, (height, width, 3): sooner read than drawn again."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)


@contextmanager
def spare(what: str) -> Iterator[None]:
    """Lets a figure fail with one line: what goes on without it is worth more.

    Args:
        what: the figure's name, for the line.
    """
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        warn(f"cannot draw {what}: {reason}; all else goes on")
