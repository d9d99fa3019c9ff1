"""Pictures of a text."""

import numpy as np
import pytest

from charlab.figures.data import length_figure


@pytest.mark.parametrize(
    ("lengths", "scale"),
    [([3, 40, 90_000], "log"), ([3, 40, 2_000], "linear"), ([5] * 9, "linear"), ([], "linear")],
)
def test_lengths_of_far_different_size_stand_on_a_logarithmic_axis(lengths, scale):
    figure = length_figure(np.array(lengths, dtype=np.int64), "characters")
    assert figure.axes[0].get_xscale() == scale
    counted = sum(bar.get_height() for bar in figure.axes[0].patches)
    assert counted == len(lengths)
