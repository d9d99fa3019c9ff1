"""The chart of labels' scores, read back from the figure."""

import numpy as np

from charlab.figures import to_png
from charlab.figures.label_scores import label_scores_figure


def test_labels_are_sorted_by_count_and_undefined_scores_have_no_mark():
    nan = np.nan
    scores = (np.array([nan, 0.5, 1.0]), np.array([0.0, 0.25, 1.0]), np.array([0.0, 1 / 3, 1.0]))
    figure = label_scores_figure(np.array([2, 50, 7]), scores, ["$a", "b", "c"])
    (axes,) = figure.axes
    assert [t.get_text() for t in axes.get_yticklabels()] == ["b  50", "c  7", "$a  2"]
    marks = {c.get_label(): c.get_offsets() for c in axes.collections[1:]}
    assert marks["precision"][:2, 0].tolist() == [0.5, 1.0]
    assert not np.isfinite(np.ma.filled(marks["precision"], np.nan)[2, 0])
    assert marks["recall"][:, 0].tolist() == [0.25, 1.0, 0.0]
    assert to_png(figure)


def test_of_very_many_labels_the_rarest_are_left_out_and_the_title_says_so():
    counts = np.arange(1, 301)
    half = np.full(300, 0.5)
    figure = label_scores_figure(counts, (half, half, half), [f"label {i}" for i in range(300)])
    (axes,) = figure.axes
    assert len(axes.get_yticks()) == 100
    assert "200 rarest" in axes.get_title()
    assert axes.get_yticklabels()[0].get_text() == "label 299  300"
