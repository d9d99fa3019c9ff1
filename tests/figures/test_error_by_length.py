"""Errors by the length of a text."""

import numpy as np
import pytest

from charlab.figures.error_by_length import error_by_length_figure
from tests.support.figures import drawn, points
from tests.support.tick_labels import touching


def test_shares_stand_above_how_many_texts_there_are() -> None:
    figure = error_by_length_figure(
        np.array([2, 3, 7]),
        np.array([0.5, 1.5, 0.0]),
        np.array([1.0, 0.25, 0.0]),
        np.array([4, 1000, 1]),
        "symbols",
    )
    above, below = figure.axes
    lines = {line.get_label(): points(line) for line in above.lines}
    assert lines == {
        "texts not exact": [[2, 1.0], [3, 0.25], [7, 0.0]],
        "error rate": [[2, 0.5], [3, 1.5], [7, 0.0]],
    }
    bars = {
        bar.get_x() + bar.get_width() / 2: bar.get_height()  # type: ignore[attr-defined]
        for bar in below.patches
    }
    assert bars == pytest.approx({2: 4, 3: 1000, 7: 1})
    assert (below.get_xlabel(), below.get_ylabel()) == ("symbols of the text", "texts")
    assert above.get_xlim() == below.get_xlim()
    assert above.get_ylim()[0] == 0
    drawn(figure)


@pytest.mark.parametrize("lengths", [[0], [5], [1, 2, 3], [4, 900]])
def test_lengths_and_numbers_of_texts_are_whole(lengths: list[int]) -> None:
    ones = np.ones(len(lengths))
    figure = error_by_length_figure(
        np.array(lengths), ones, ones, np.ones(len(lengths), np.int64), "characters"
    )
    below = figure.axes[1]
    for ticks in (below.get_xticks(), below.get_yticks()):
        assert len(ticks)
        assert (np.asarray(ticks) % 1 == 0).all()
    assert touching(figure) == []
