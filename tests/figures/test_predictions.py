"""What came above what was expected."""

import numpy as np

from charlab.figures import to_png
from charlab.figures.predictions import Likely, predictions_figure


def test_probabilities_lie_below_what_came_and_the_right_one_is_framed() -> None:
    probabilities = np.array([[0.5, 0.25], [0.9, 0.05]])
    text = Likely(["a", "b"], [["a", "c"], ["c", "$x^2$"]], probabilities, "Latin")
    figure = predictions_figure([text])
    axes = figure.axes[0]
    table = np.asarray(axes.images[0].get_array(), dtype=float)
    assert table[2:].T.tolist() == probabilities.tolist()
    assert np.isnan(table[:2]).all()  # the label, and what came
    (frame,) = axes.patches
    assert (round(frame.get_x() + 0.47), round(frame.get_y() + 0.47)) == (0, 2)  # type: ignore[attr-defined]
    written = {(t.get_position(), t.get_text()) for t in axes.texts}
    assert ((0, 1), "a") in written
    assert ((1, 3), "$x^2$") in written
    assert to_png(figure)


def test_long_texts_go_on_below_and_short_ones_share_a_row() -> None:
    def text(length: int) -> Likely:
        return Likely(["a"] * length, [["b"]] * length, np.ones((length, 1)))

    long = predictions_figure([text(40)])
    assert np.asarray(long.axes[0].images[0].get_array()).shape == (5, 36)
    short = predictions_figure([text(5), text(5)])
    assert np.asarray(short.axes[0].images[0].get_array()).shape == (2, 11)


def test_scripts_that_are_read_leftwards_begin_at_the_right() -> None:
    text = Likely(["א", "ב", "ג"], [["א"]] * 3, np.ones((3, 1)))
    texts = predictions_figure([text]).axes[0].texts
    assert [
        t.get_text()
        for t in sorted(texts, key=lambda t: t.get_position())
        if t.get_position()[1] == 0
    ] == ["ג", "ב", "א"]
