"""Pictures of a text."""

import numpy as np
import pytest

from charlab.figures.data import bigram_figure, label_figure, length_figure
from tests.support.tick_labels import touching


def texts(labels):
    return [label.get_text() for label in labels]


def test_bigrams_have_named_rows_and_columns_for_marks_and_other_tokens():
    table = np.array([[0.9, 0.1, 0, 0], [0, 0, 0.2, 0.8], [1, 0, 0, 0], [0, 0, 0, 1.0]])
    figure = bigram_figure(["a", " "], table, 44)
    axes = figure.axes[0]
    assert texts(axes.get_yticklabels()) == ["begin", "a", "space", "44 more"]
    assert texts(axes.get_xticklabels()) == ["a", "space", "44 more", "end"]
    np.testing.assert_allclose(axes.get_images()[0].get_array(), table)
    assert axes.get_title() == "Which character follows which"
    assert [label.get_rotation() for label in axes.get_xticklabels()] == [0, 90, 90, 90]


def test_marks_and_others_that_never_occur_are_left_out():
    table = np.zeros((4, 4))
    table[1:3, :2] = [[0.5, 0.5], [1, 0]]
    axes = bigram_figure(["a", "b"], table, unit="byte").axes[0]
    assert texts(axes.get_yticklabels()) == texts(axes.get_xticklabels()) == ["a", "b"]
    np.testing.assert_allclose(axes.get_images()[0].get_array(), [[0.5, 0.5], [1, 0]])
    assert axes.get_ylabel() == "byte"


def test_names_at_the_bigrams_do_not_touch():
    tokens = [*"abcdefghijklmmw0123456789"[:16], "\u200d", "\u0301", " ", "\n"]
    assert touching(bigram_figure(tokens, np.ones((22, 22)) / 22, 7)) == []


@pytest.mark.parametrize(
    ("lengths", "scale"),
    [([3, 40, 90_000], "log"), ([3, 40, 2_000], "linear"), ([5] * 9, "linear"), ([], "linear")],
)
def test_lengths_of_far_different_size_stand_on_a_logarithmic_axis(lengths, scale):
    figure = length_figure(np.array(lengths, dtype=np.int64), "characters")
    assert figure.axes[0].get_xscale() == scale
    counted = sum(bar.get_height() for bar in figure.axes[0].patches)
    assert counted == len(lengths)
    assert touching(figure) == []


def test_labels_from_the_most_frequent():
    figure = label_figure([("b c", 3), ("a", 12_000), ("$x^$", 3)])
    axes = figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == [12_000, 3, 3]
    assert texts(axes.get_yticklabels()) == ["a", "$x^$", "b c"]
    assert texts(axes.texts) == ["12,000", "3", "3"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first on top


@pytest.mark.parametrize(("labels", "rest"), [(31, None), (60, "and 30 more")])
def test_all_labels_are_named_or_counted(labels, rest):
    figure = label_figure([(f"l{i:03}", 200 - i) for i in range(labels)], most=30)
    axes = figure.axes[0]
    names = [f"l{i:03}" for i in range(labels)]
    assert texts(axes.get_yticklabels()) == (names if rest is None else [*names[:30], rest])
    if rest:
        total = sum(200 - i for i in range(30, 60))
        assert texts(axes.texts)[-1] == f"{total:,} together, at most 170 each"
    else:  # the other's rows are as many
        assert touching(figure) == []
