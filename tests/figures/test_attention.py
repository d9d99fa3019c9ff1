import numpy as np

from charlab.figures.attention import attention_figure
from tests.support.tick_labels import touching


def test_rows_are_written_and_columns_are_read():
    weights = np.array([[0.25, 0.75, 0.0], [0.5, 0.25, 0.25]])
    figure = attention_figure([weights], [["a", " ", "e\u0301"]], [["b", ""]])
    (axes,) = figure.axes
    np.testing.assert_allclose(axes.get_images()[0].get_array(), weights)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "end"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "space", "e\u0301"]
    assert [label.get_rotation() for label in axes.get_xticklabels()] == [0, 90, 0]
    assert touching(figure) == []
