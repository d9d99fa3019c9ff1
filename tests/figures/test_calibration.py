"""The reliability diagram, read back from the figure."""

import numpy as np

from charlab.figures.calibration import reliability_figure


def test_points_lie_at_confidence_and_accuracy():
    confidence, accuracy = np.array([0.3, 0.9]), np.array([0.5, 0.8])
    figure = reliability_figure(confidence, accuracy, np.array([10, 11]), 0.1476)
    (axes,) = figure.axes
    drawn = [line for line in axes.lines if line.get_marker() == "o"]
    assert drawn[0].get_xydata().tolist() == [[0.3, 0.5], [0.9, 0.8]]
    assert "0.1476" in axes.get_title()
    assert "2 bins of 10 to 11 answers" in axes.get_title()
