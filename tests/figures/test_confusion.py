import warnings

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage

from charlab.figures import to_image, to_png
from charlab.figures.confusion import confusion_figure
from tests.support.tick_labels import touching

COUNTS = np.array([[6, 2, 0], [0, 1, 1], [0, 0, 0]])  # nothing of the third label
LABELS = ["German", "Dutch", "日本"]


def parts(figure):
    axes = figure.axes[0]
    (image,) = axes.get_images()
    assert isinstance(image, AxesImage)
    return axes, image


def test_a_cell_s_shade_is_its_share_of_the_row():
    axes, image = parts(confusion_figure(COUNTS, LABELS))
    expected = [[0.75, 0.25, 0], [0, 0.5, 0.5], [0, 0, 0]]
    np.testing.assert_allclose(image.get_array(), expected)
    assert image.get_clim() == (0, 1)
    # The row of the first label is the upper one.
    assert axes.get_ylim() == (2.5, -0.5)


def test_the_numbers_are_counts_where_they_belong():
    axes, _ = parts(confusion_figure(COUNTS, LABELS))
    written = {text.get_position(): text.get_text() for text in axes.texts}  # (column, row)
    assert written == {(0, 0): "6", (1, 0): "2", (1, 1): "1", (2, 1): "1"}
    colors = {text.get_text(): to_rgb(text.get_color()) for text in axes.texts}
    assert colors["6"] == to_rgb("white")  # on the dark
    assert colors["2"] == to_rgb("black")


def test_the_axes_are_named():
    axes, _ = parts(confusion_figure(COUNTS, LABELS))
    assert [tick.get_text() for tick in axes.get_xticklabels()] == LABELS
    assert [tick.get_text() for tick in axes.get_yticklabels()] == LABELS
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true", "predicted")


def test_many_classes_have_no_numbers():
    few, many = np.eye(30, dtype=int), np.eye(31, dtype=int)
    axes, _ = parts(confusion_figure(few, [f"L{i}" for i in range(30)]))
    assert len(axes.texts) == 30
    axes, image = parts(confusion_figure(many, [f"L{i}" for i in range(31)]))
    assert len(axes.texts) == 0
    assert np.asarray(image.get_array()).shape == (31, 31)


@pytest.mark.parametrize("classes", [2, 12, 31])
def test_every_label_can_be_read(classes):
    labels = [f"language {i}" for i in range(classes)]
    figure = confusion_figure(np.eye(classes, dtype=int), labels, "test part")
    axes, _ = parts(figure)
    assert [label.get_text() for label in axes.get_yticklabels()] == labels
    assert [label.get_text() for label in axes.get_xticklabels()] == labels
    assert touching(figure) == []
    assert axes.get_title() == f"test part: {classes} examples, 100.0% right"


def test_the_rarest_of_very_many_labels_share_a_row():
    counts = np.zeros((150, 150), dtype=int)
    counts[np.arange(150), np.arange(150)] = 1
    counts[:99, 149] = 5  # the first 99 are the frequent ones
    counts[149, 3] = 2
    figure = confusion_figure(counts, [f"L{i}" for i in range(150)])
    axes, image = parts(figure)
    assert [label.get_text() for label in axes.get_yticklabels()][-2:] == ["L98", "and 51 more"]
    shares = np.asarray(image.get_array())
    assert shares.shape == (100, 100)
    assert shares[0, 0] == pytest.approx(1 / 6)
    assert shares[0, 99] == pytest.approx(5 / 6)
    assert shares[99, 99] == pytest.approx(51 / 53)
    assert axes.get_title() == "647 examples, 23.2% right"
    assert max(figure.get_size_inches()) < 25


def test_it_can_be_drawn_whatever_the_labels_are():
    labels = ["$x^$", "a$b$c$", "$\\frac", "50 %", "_ {", "\\"]
    figure = confusion_figure(np.eye(6, dtype=int), labels)
    with warnings.catch_warnings(action="error"):
        pixels = to_image(figure)
    assert pixels.shape == (400, 460, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags["C_CONTIGUOUS"]
    # Dark blue on the diagonal, white beside it and around.
    assert (pixels[0, 0] == 255).all()
    dark = (pixels == np.array([8, 48, 107])).all(axis=-1)
    assert 0.02 < dark.mean() < 0.3


def test_labels_that_no_font_can_draw():
    assert to_png(confusion_figure(np.eye(2, dtype=np.int64), ["a\udcff", "b\x1b\n\u202e"]))
