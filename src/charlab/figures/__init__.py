"""Figures: arrays in, a matplotlib figure out. No state, no screen."""

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def to_image(figure: Figure) -> npt.NDArray[np.uint8]:
    """A figure as pixels, (height, width, 3)."""
    canvas: Any = FigureCanvasAgg(figure)  # matplotlib's canvases are not typed
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba(), dtype=np.uint8)
    return np.ascontiguousarray(pixels[..., :3])
