import numpy as np

from charlab.figures.attention import attention_figure
from tests.support.figures import drawn


def test_a_panel_for_each_text_with_its_weights_and_tokens():
    weights = [np.eye(2, 3), np.full((1, 2), 0.5)]
    figure = attention_figure(weights, [["a", " ", "é"], ["x", "\n"]], [["A", ""], ["X"]])
    panels = figure.axes
    assert len(panels) == 2
    for axes, values in zip(panels, weights, strict=True):
        (image,) = axes.images
        assert np.array_equal(np.asarray(image.get_array()), values)
        assert image.get_clim() == (0, 1)
    names = [[tick.get_text() for tick in panels[0].get_xticklabels()]]
    names.append([tick.get_text() for tick in panels[0].get_yticklabels()])
    assert names == [["a", "space", "é"], ["A", "end"]]
    assert [tick.get_text() for tick in panels[1].get_xticklabels()] == ["x", "newline"]
    drawn(figure)
