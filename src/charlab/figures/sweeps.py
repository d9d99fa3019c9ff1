"""What the pictures of sweeps share."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from charlab.system.terminal import visible

COMPLETE, BEST, PRUNED, FAILED, RUNNING = "#3568a8", "#c2410c", "#8a6d1d", "#b3261e", "#2e7d5b"
DIED = "#8c3d6e"
QUIET = "#5b6572"
_LABEL = 40  # characters at an axis
OF_STATE = {
    "complete": COMPLETE,
    "pruned": PRUNED,
    "failed": FAILED,
    "died": DIED,
    "running": RUNNING,
}


def new_figure(width: float = 7.0, height: float = 4.2) -> Figure:
    """An empty figure, inches."""
    return Figure(figsize=(width, height), dpi=120, layout="constrained")


def short(text: str, length: int) -> str:
    """A text that leaves room for the picture."""
    text = visible(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def tidy(axes: Axes, x_label: str, y_label: str) -> None:
    """Names the axes and leaves out what says nothing. A name's dollars are no formula."""
    axes.set_xlabel(short(x_label, _LABEL), parse_math=False)
    axes.set_ylabel(short(y_label, _LABEL), parse_math=False)
    axes.grid(alpha=0.25)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def show_part(axes: Any, limits: tuple[float, float] | None) -> None:
    """Shows a part of the vertical axis; None: all of it."""
    if limits is not None:
        pad = 0.04 * (limits[1] - limits[0])
        axes.set_ylim(limits[0] - pad, limits[1] + pad)
