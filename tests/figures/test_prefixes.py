"""The label's probability over a text, read back from the figure."""

import numpy as np

from charlab.figures.prefixes import ReadText, prefixes_figure


def test_the_true_label_and_those_that_come_nearest_have_lines():
    probabilities = np.array([[0.1, 0.6, 0.2, 0.1], [0.0, 0.2, 0.7, 0.1]])
    read = ReadText(["Ab", " "], probabilities, 3)
    figure = prefixes_figure([read], ["$a", "b", "c", "d"], most=2)
    (axes,) = figure.axes
    lines = {line.get_label(): line.get_ydata().tolist() for line in axes.lines}
    assert lines == {"d (true)": [0.1, 0.1], "c": [0.2, 0.7], "b": [0.6, 0.2]}
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["Ab", "space"]


def test_a_text_without_a_known_label():
    read = ReadText(list("abc"), np.full((3, 2), 0.5), None)
    figure = prefixes_figure([read] * 3, ["x", "y"])
    assert [line.get_label() for line in figure.axes[0].lines] == ["x", "y"]
    assert [axes.axison for axes in figure.axes] == [True, True, True, False]
