"""Splits: no leaks, exact proportions, independence of order; parts that the data sets apart."""

import math
import random
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from charlab.data.splits import (
    Fractions,
    apportion,
    check_fractions,
    scarce_labels,
    shares_left,
    split_documents,
    split_groups,
)
from charlab.errors import ConfigError
from tests.support.corpora import EIGHTY

documents = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=3), st.sampled_from(["x", "y", "z", None])),
    min_size=1,
    max_size=60,
)
fractions = st.sampled_from(
    [EIGHTY, (0.5, 0.25, 0.25), (0.9, 0.1, 0.0), (0.6, 0.0, 0.4), (1, 0, 0)]
)


@given(documents, fractions, st.integers(0, 3))
def test_no_text_stands_in_two_splits(
    docs: list[tuple[str, str | None]], fractions: Fractions, seed: int
) -> None:
    texts, labels = zip(*docs, strict=True)
    sides_of = defaultdict(set)
    for text, side in zip(texts, split_documents(texts, labels, fractions, seed), strict=True):
        sides_of[text].add(int(side))
    assert all(len(sides) == 1 for sides in sides_of.values())
    assert all(fractions[side] > 0 for sides in sides_of.values() for side in sides)


@settings(max_examples=60)
@given(documents, fractions, st.randoms(use_true_random=False))
def test_order_of_documents_does_not_matter(
    docs: list[tuple[str, str | None]], fractions: Fractions, order: random.Random
) -> None:
    def sides(docs: list[tuple[str, str | None]]) -> dict[str, int]:
        texts, labels = zip(*docs, strict=True)
        split = split_documents(texts, labels, fractions, 5).tolist()
        return dict(zip(texts, split, strict=True))

    shuffled = order.sample(docs, len(docs))
    assert sides(docs) == sides(shuffled) == sides(docs + docs[:3])


@pytest.mark.parametrize(
    ("n", "shares"),
    [
        (1, (1, 0, 0)),
        (2, (2, 0, 0)),
        (3, (1, 1, 1)),
        (5, (3, 1, 1)),
        (9, (7, 1, 1)),
        (10, (8, 1, 1)),
        (37, (29, 4, 4)),  # quotas 29.6, 3.7, 3.7
        (333, (267, 33, 33)),  # quotas 266.4, 33.3, 33.3
    ],
)
def test_a_stratum_has_exact_proportions(n: int, shares: tuple[int, ...]) -> None:
    texts = [f"{label}{i}" for label in "ab" for i in range(n)]
    labels = [text[0] for text in texts]
    split = split_documents(texts, labels, EIGHTY, 0)
    for half in (split[:n], split[n:]):
        assert np.bincount(half, minlength=3).tolist() == list(shares)
    assert scarce_labels(labels, split, range(3)) == (() if n >= 3 else ("a", "b"))


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=3),
        st.sampled_from(["x", "y", "z"]),
        min_size=3,
    ),
    st.integers(0, 100),
)
def test_a_label_with_enough_texts_is_everywhere(docs: dict[str, str], seed: int) -> None:
    texts, labels = list(docs), list(docs.values())
    split = split_documents(texts, labels, EIGHTY, seed)
    few = {label for label in labels if labels.count(label) < 3}
    assert set(scarce_labels(labels, split, range(3))) == few
    for label in few:  # what cannot be everywhere is at least learnt from
        assert 0 in split[[other == label for other in labels]]


def test_texts_shared_with_a_rarer_label_count() -> None:
    # Of y's three texts two belong to rarer strata that put them into train; one is left to give.
    texts = ["p", "p", "q", "q", "r", "s", "t"]
    labels = ["x", "y", "w", "y", "y", "y", "y"]
    split = split_documents(texts, labels, EIGHTY, 0)
    assert split[:4].tolist() == [0, 0, 0, 0]
    assert sorted(split[4:].tolist()) == [0, 1, 2]
    assert scarce_labels(labels, split, range(3)) == ("w", "x")


def test_seeds_differ_and_a_new_label_leaves_the_others_alone() -> None:
    texts = [f"t{i}" for i in range(50)]
    labels: list[str | None] = ["x"] * 50
    one = split_documents(texts, labels, EIGHTY, 1)
    assert (one != split_documents(texts, labels, EIGHTY, 2)).any()
    more = split_documents([*texts, "u", "v"], [*labels, "y", None], EIGHTY, 1)
    assert (one == more[:50]).all()


def test_a_split_stays_what_it_was() -> None:
    """A golden split: runs are compared over years, so a change here must be meant."""
    texts = [f"t{i}" for i in range(20)]
    split = split_documents(texts, ["x"] * 20, EIGHTY, 0)
    assert "".join(map(str, split)) == "00002000000011020000"


@given(
    st.lists(st.integers(0, 1000), min_size=1),
    st.lists(st.integers(0, 20), min_size=3, max_size=3),
)
def test_apportion_against_the_textbook(totals: list[int], weights: list[int]) -> None:
    assume(weights[0] > 0)
    fractions = [weight / sum(weights) for weight in weights]
    for total, shares in zip(totals, apportion(totals, fractions).tolist(), strict=True):
        quotas = [total * weight for weight in weights]  # times the sum of weights, exact
        expected = [quota // sum(weights) for quota in quotas]
        ranked = sorted(range(3), key=lambda i: -(quotas[i] % sum(weights)))
        for i in ranked[: total - sum(expected)]:
            expected[i] += 1
        assert shares == expected


@pytest.mark.parametrize(
    ("fractions", "message"),
    [
        ((0.8, 0.2), "three numbers"),
        ((0.8, 0.3, -0.1), "negative"),
        ((math.nan, 0.5, 0.5), "negative"),
        ((0.8, 0.1, 0.2), "sum to 1, not 1.1"),
        ((0.0, 0.5, 0.5), "train part, must be above 0"),
    ],
)
def test_fractions_that_cannot_be(fractions: Fractions, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"dataset\.split\.fractions=.*{message}"):
        check_fractions(fractions)


def test_fractions_may_be_off_by_rounding() -> None:
    check_fractions((0.7, 0.2, 0.1 + 5e-7))
    with pytest.raises(ConfigError, match=r"dataset\.split\.seed=-1"):
        split_documents(["a"], [None], EIGHTY, -1)


def test_scarce_labels_ignore_parts_of_zero() -> None:
    labels = ["x", "x", "y", None]
    assert scarce_labels(labels, np.array([0, 1, 0, 0]), (0, 1)) == ("y",)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), fractions, st.integers(0, 3))
def test_groups_stay_together_and_fill_every_split_that_they_can(
    groups: list[int], fractions: Fractions, seed: int
) -> None:
    names = [f"group {number}" for number in groups]
    lengths = np.array([1 + 50 * (number == 0) for number in groups])  # one of them is large
    sides = split_groups([(True, name) for name in names], lengths, fractions, seed)
    of_groups = defaultdict(set)
    for name, side in zip(names, sides.tolist(), strict=True):
        of_groups[name].add(side)
    assert all(len(found) == 1 for found in of_groups.values())
    wanted = {part for part, fraction in enumerate(fractions) if fraction > 0}
    assert set(sides.tolist()) <= wanted
    if len(of_groups) >= len(wanted):
        assert set(sides.tolist()) == wanted


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], EIGHTY),
        ([1], (8 / 9, 0, 1 / 9)),
        ([2], (8 / 9, 1 / 9, 0)),
        ([1, 2], (1, 0, 0)),
        ([0, 1, 2], (1, 0, 0)),
        ([0], EIGHTY),
    ],
)
def test_what_was_given_takes_no_share(
    given: list[int], expected: tuple[float, float, float]
) -> None:
    assert shares_left(EIGHTY, given) == pytest.approx(expected)
