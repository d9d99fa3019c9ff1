"""Boxes and arrows on a plane: what pictures of networks are put together from."""

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from charlab.figures.colors import LIGHT

WIDE, HIGH = 0.96, 0.5  # of a box
_INCH = 0.66  # inches to a unit
_COLORS = {
    "token": LIGHT["quiet"],
    "input": LIGHT["series-3"],
    "forward": LIGHT["series-1"],
    "backward": LIGHT["series-4"],
    "head": LIGHT["series-2"],
    "attention": LIGHT["series-7"],
}


class Sketch:
    """Boxes and arrows on a plane, and how far they reach.

    Args:
        batch: B.
    """

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self.figure = Figure(dpi=110)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.right = self.top = 0.0
        self.left_words = self.right_words = 0

    def box(
        self, x: float, y: float, text: str, kind: str, *, wide: float = WIDE, bold: bool = False
    ) -> None:
        """A box with a text in the color of its kind."""
        color = _COLORS[kind]
        shape = "round,pad=0,rounding_size=0.1"
        corner = (x - wide / 2, y - HIGH / 2)
        back = FancyBboxPatch(corner, wide, HIGH, boxstyle=shape, facecolor=LIGHT["paper"], lw=0)
        face = FancyBboxPatch(corner, wide, HIGH, boxstyle=shape, facecolor=color, alpha=0.14, lw=0)
        edge = FancyBboxPatch(corner, wide, HIGH, boxstyle=shape, fill=False, ec=color, lw=1.3)
        for place, patch in enumerate((back, face, edge), start=2):
            patch.set_zorder(place)
            self.axes.add_patch(patch)
        self.write(x, y, text, size=10 if bold else 9, weight="bold" if bold else "normal")
        self.right = max(self.right, x + wide / 2)
        self.top = max(self.top, y + HIGH / 2)

    def arrow(
        self,
        begin: tuple[float, float],
        end: tuple[float, float],
        text: str = "",
        *,
        kind: str = "token",
        bend: float = 0.0,
        beside: tuple[float, float] | None = None,
    ) -> None:
        """An arrow with a text at its middle.

        Args:
            begin, end: its ends.
            text: what passes.
            kind: whose color it has.
            bend: how much it is bent.
            beside: where the text stands from the middle; None: at the right, or above.
        """
        patch = FancyArrowPatch(
            begin,
            end,
            arrowstyle="-|>",
            mutation_scale=9,
            color=_COLORS[kind],
            lw=1.1,
            shrinkA=0,
            shrinkB=0,
            connectionstyle=f"arc3,rad={bend}",
            zorder=1,
        )
        self.axes.add_patch(patch)
        if text:
            upright = abs(begin[0] - end[0]) < 0.01
            x, y = (begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2
            dx, dy = beside or ((0.07, -0.02) if upright else (0.0, 0.1))
            ha = "left" if upright else "center"
            self.write(x + dx, y + dy, text, size=7, color=LIGHT["quiet"], ha=ha)

    def rise(self, x: float, low: float, high: float, text: str, kind: str = "token") -> None:
        """An arrow upwards, from the box at a height to the one above it."""
        self.arrow((x, low + HIGH / 2), (x, high - HIGH / 2), text, kind=kind)

    def write(
        self, x: float, y: float, text: str, *, size: float = 9, ha: str = "center",
        color: str = LIGHT["ink"], weight: str = "normal",
    ) -> None:  # fmt: skip
        """A text."""
        self.axes.text(
            x, y, text, ha=ha, va="center", fontsize=size, color=color, weight=weight,
            parse_math=False, zorder=6, linespacing=1.35,
        )  # fmt: skip

    def row(self, y: float, name: str, gives: str, right: float, left: float = 0.0) -> None:
        """What a row is, left of it, and what leaves it, right of it."""
        self.write(left - WIDE / 2 - 0.45, y, name, size=8.5, ha="right")
        self.write(right + 0.35, y, gives, size=8.5, ha="left", color=LIGHT["quiet"])
        self.left_words = max(self.left_words, *map(len, name.split("\n")))
        self.right_words = max(self.right_words, *map(len, gives.split("\n")))

    def finish(self, title: str) -> Figure:
        """The figure, as large as what is on it."""
        low, high = -WIDE / 2 - 0.6 - 0.105 * self.left_words, self.right + 0.5
        high += 0.105 * self.right_words
        self.axes.set_xlim(low, high)
        self.axes.set_ylim(-0.55, self.top + 0.85)
        self.axes.set_axis_off()
        self.write((low + high) / 2, self.top + 0.5, title, size=11)
        self.figure.set_size_inches(_INCH * (high - low), _INCH * (self.top + 1.4))
        return self.figure
