"""Boxes and arrows: where their texts stand, and that all of them are on the figure."""

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch

from charlab.figures import to_png
from charlab.figures.colors import LIGHT
from charlab.figures.sketch import HIGH, Sketch


def test_a_box_is_its_text_in_the_color_of_its_kind() -> None:
    sketch = Sketch(8)
    sketch.box(2.0, 3.0, "$x^$", "head", wide=1.5)
    (text,) = sketch.axes.texts
    assert (text.get_position(), text.get_text()) == ((2.0, 3.0), "$x^$")
    back, face, edge = (p for p in sketch.axes.patches if isinstance(p, FancyBboxPatch))
    for patch in (back, face, edge):
        box = patch.get_bbox()
        assert (box.x0, box.x1) == (2.0 - 0.75, 2.0 + 0.75)
        assert (box.y0, box.y1) == (3.0 - HIGH / 2, 3.0 + HIGH / 2)
    assert to_hex(edge.get_edgecolor()) == to_hex(face.get_facecolor()) == LIGHT["series-2"]
    assert (sketch.right, sketch.top) == (2.75, 3.0 + HIGH / 2)
    assert text.get_zorder() > edge.get_zorder() > back.get_zorder()
    assert to_png(sketch.finish("a $title"))


@pytest.mark.parametrize(
    ("end", "beside", "place", "side"),
    [
        ((0.0, 2.0), None, (0.07, 0.98), "left"),  # upwards: right of its middle
        ((2.0, 0.0), None, (1.0, 0.1), "center"),  # along: above its middle
        ((2.0, 0.0), (0.5, -0.5), (1.5, -0.5), "center"),
    ],
)
def test_an_arrow_s_text_stands_beside_its_middle(
    end: tuple[float, float],
    beside: tuple[float, float] | None,
    place: tuple[float, float],
    side: str,
) -> None:
    sketch = Sketch(1)
    sketch.arrow((0.0, 0.0), end, "16", beside=beside)
    (text,) = sketch.axes.texts
    assert text.get_position() == pytest.approx(place)
    assert text.get_horizontalalignment() == side
    sketch.arrow((0.0, 0.0), end, kind="head")
    _, second = sketch.axes.patches
    assert to_hex(second.get_edgecolor()) == LIGHT["series-2"]
    assert len(sketch.axes.texts) == 1  # an arrow without a text has none


@pytest.mark.parametrize("places", [[(0.0, 0.0)], [(0.0, 0.0), (9.0, 5.0)]])
@pytest.mark.parametrize(
    "words",
    ["", "tokens read\none of 1,234", "LSTM layer 2\nboth directions, 1,234,567 parameters"],
)
def test_all_that_is_sketched_is_on_the_figure(
    places: list[tuple[float, float]], words: str
) -> None:
    sketch = Sketch(4)
    for x, y in places:
        sketch.box(x, y, "LSTM", "forward", bold=True)
        sketch.row(y, words, "logits (8, T, 1,234)", right=sketch.right)
    figure = sketch.finish("title")
    figure.draw_without_rendering()
    page = figure.bbox
    for artist in (*sketch.axes.texts, *sketch.axes.patches):
        box = artist.get_window_extent()
        assert page.x0 <= box.x0 <= box.x1 <= page.x1
        assert page.y0 <= box.y0 <= box.y1 <= page.y1
    left, right = sketch.axes.get_xlim()
    unit = figure.get_figwidth() / (right - left)
    bottom, top = sketch.axes.get_ylim()
    assert figure.get_figheight() / (top - bottom) == pytest.approx(unit)  # no box is stretched
