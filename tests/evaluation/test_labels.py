"""What a confusion matrix says of each label, against counting examples one by one."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from charlab.evaluation.labels import label_scores, label_table, macro_f1

C = 4
examples = st.lists(st.tuples(st.integers(0, C - 1), st.integers(0, C - 1)), min_size=1)


def matrix(pairs: list[tuple[int, int]]) -> np.ndarray:
    counts = np.zeros((C, C), dtype=np.int64)
    for true, told in pairs:
        counts[true, told] += 1
    return counts


def share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


@given(examples)
def test_scores_of_each_label_are_those_of_its_examples(pairs: list[tuple[int, int]]) -> None:
    found = label_scores(matrix(pairs))
    f1 = []
    for label in range(C):
        right = sum(true == told == label for true, told in pairs)
        there = sum(true == label for true, _ in pairs)
        said = sum(told == label for _, told in pairs)
        f1.append(share(2 * right, there + said))
        assert found.counts[label] == there
        assert found.precision[label] == pytest.approx(share(right, said), nan_ok=True)
        assert found.recall[label] == pytest.approx(share(right, there), nan_ok=True)
        assert found.f1[label] == pytest.approx(f1[-1], nan_ok=True)
    known = [value for value in f1 if not math.isnan(value)]
    assert macro_f1(torch.tensor(matrix(pairs))) == pytest.approx(sum(known) / len(known))


def test_macro_f1_of_a_known_matrix() -> None:
    # Precision and recall: 2/3 and 2/4; 3/5 and 3/4; the third is neither there nor predicted.
    confusion = torch.tensor([[2, 2, 0], [1, 3, 0], [0, 0, 0]])
    first, second = 2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4), 2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4)
    assert macro_f1(confusion) == pytest.approx((first + second) / 2)
    # One that is never predicted and one that is never there count as 0.
    assert macro_f1(torch.tensor([[2, 0, 1], [1, 0, 0], [0, 0, 0]])) == pytest.approx(
        (2 * (2 / 3) * (2 / 3) / (4 / 3) + 0 + 0) / 3
    )


def test_a_table_has_the_most_frequent_label_first_and_a_dash_where_nothing_is_divided() -> None:
    confusion = np.array([[1, 1, 0], [2, 7, 0], [0, 0, 0]])
    head, *rows = label_table(confusion, ("Èl", "b\x1b[2J", "none"), label="tag", counted="count")
    assert head.split() == ["tag", "count", "precision", "recall", "f1"]
    assert [row.split() for row in rows] == [
        [r"b\x1b[2J", "9", "0.875", "0.778", "0.824"],  # 7/8, 7/9, 14/17
        ["Èl", "2", "0.333", "0.500", "0.400"],  # 1/3, 1/2, 2/5
        ["none", "0", "-", "-", "-"],
    ]


@pytest.mark.parametrize("name", ["日本語", "e\u0301" * 5, "a label longer than its head"])
def test_columns_stay_below_each_other_whatever_the_script(name: str) -> None:
    lines = label_table(np.array([[3, 1], [0, 2]]), (name, "Eng"))
    assert len({cell_len(line) for line in lines}) == 1


def test_without_labels_there_is_a_head_alone() -> None:
    (head,) = label_table(np.zeros((0, 0), dtype=np.int64), ())
    assert head.split() == ["label", "examples", "precision", "recall", "f1"]
