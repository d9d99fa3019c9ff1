"""Confusions, counted by hand."""

import numpy as np

from charlab.inspection.confusions import frequent_confusions, symbol_edits


def test_the_most_frequent_confusions_come_first_and_right_answers_are_none():
    confusion = np.array([[90, 3, 0], [7, 50, 1], [0, 0, 4]])
    assert frequent_confusions(confusion, 2) == [(1, 0, 7), (0, 1, 3)]
    assert len(frequent_confusions(confusion, 9)) == 3


def test_symbols_are_aligned_before_they_are_counted():
    # right "abcd": x for b; then one too many; then one left out
    pairs = [((1, 2, 3, 4), (1, 9, 3, 4)), ((1, 2), (1, 2, 7)), ((1, 2, 3), (1, 3))]
    assert symbol_edits(pairs) == {(2, 9): 1, (None, 7): 1, (2, None): 1}
