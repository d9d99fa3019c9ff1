"""Figures: arrays in, a matplotlib figure out. No state, no screen."""

import io
import warnings
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

# matplotlib's own font lacks many scripts: these are asked next, where they are installed.
_FURTHER_FONTS = (
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "FreeSans",
    "Arial Unicode MS",
)
_installed = set(font_manager.get_font_names())
matplotlib.rcParams["font.family"] = [
    "DejaVu Sans",
    *(font for font in _FURTHER_FONTS if font in _installed),
]
# Where no font has a character a box stands for it, and a line for each would help nobody.
warnings.filterwarnings("ignore", message="Glyph .* missing from")


def to_png(figure: Figure) -> bytes:
    """A figure as PNG; signs that the fonts lack become boxes, without a word about it."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        figure.savefig(buffer, format="png")
    return buffer.getvalue()


def for_card(figure: Figure) -> Figure:
    """The figure at the size of a dashboard's card, with letters that can be read there."""
    figure.set_size_inches(4.2, 3.5)
    for text in figure.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), 9.0))
    return figure


def to_image(figure: Figure) -> npt.NDArray[np.uint8]:
    """A figure as pixels, (height, width, 3)."""
    canvas: Any = FigureCanvasAgg(figure)  # matplotlib's canvases are not typed
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba(), dtype=np.uint8)
    return np.ascontiguousarray(pixels[..., :3])
