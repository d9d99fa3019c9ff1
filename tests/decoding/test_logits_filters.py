import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.logits_filters import (
    LogitsFilters,
    keep_top_k,
    keep_top_p,
    rule_out,
    with_temperature,
)
from charlab.decoding.random_streams import draw
from charlab.errors import ConfigError

# Few different values, so that ties are frequent; -inf stands for what is ruled out already.
values = st.one_of(st.sampled_from([-math.inf, -1.0, 0.0, 2.0]), st.floats(-20, 20, width=32))
tables = st.integers(1, 7).flatmap(
    lambda V: st.lists(
        st.lists(values, min_size=V, max_size=V).filter(lambda row: max(row) > -math.inf),
        min_size=1,
        max_size=3,
    )
)


def ranked(row):
    """Ids from the most probable on; the smaller id first among equals."""
    return sorted(range(len(row)), key=lambda i: (-row[i], i))


def left(logits):
    return [{i for i, value in enumerate(row) if value > -math.inf} for row in logits.tolist()]


@given(tables, st.integers(1, 9))
def test_top_k_keeps_the_k_most_probable(rows, k):
    kept = keep_top_k(torch.tensor(rows, dtype=torch.float64), k)
    for row, ids in zip(rows, left(kept), strict=True):
        assert ids == {i for i in ranked(row)[:k] if row[i] > -math.inf}


@given(tables, st.floats(0.01, 1.0))
def test_top_p_keeps_the_smallest_sufficient_set(rows, p):
    kept = keep_top_p(torch.tensor(rows, dtype=torch.float64), p)
    for row, ids in zip(rows, left(kept), strict=True):
        weights = [math.exp(value - max(row)) for value in row]
        mass = {i: weight / sum(weights) for i, weight in enumerate(weights)}
        assert ids
        if p == 1:
            assert ids == {i for i in mass if row[i] > -math.inf}
            continue
        assert sum(mass[i] for i in ids) >= p - 1e-12
        # Without its least probable member it is too small, and none outside is more probable
        # (logits may differ by less than probabilities can); of equals the first are in it.
        least = min(mass[i] for i in ids)
        assert sum(mass[i] for i in ids) - least < p + 1e-12
        outside = mass.keys() - ids
        assert all(mass[i] <= least + 1e-15 for i in outside)
        assert all(inside < out for out in outside for inside in ids if row[inside] == row[out])


@pytest.mark.parametrize("p", [0.3, 0.5, 0.9])
def test_logits_that_are_no_more_probable_are_equals(p):
    rows = torch.tensor([[0.0, 5e-324], [5e-324, 0.0]], dtype=torch.float64)
    assert left(keep_top_p(rows, p)) == ([{0}, {0}] if p <= 0.5 else [{0, 1}, {0, 1}])


def test_filters_leave_the_kept_logits_alone():
    logits = torch.tensor([[0.5, -1.0, 2.0, 1.5]])
    out = -math.inf
    assert keep_top_k(logits, 2).tolist() == [[out, out, 2.0, 1.5]]
    assert keep_top_p(logits, 0.6).tolist() == [[out, out, 2.0, 1.5]]
    forbidden = torch.tensor([False, True, False, False])
    assert rule_out(logits, forbidden).tolist() == [[0.5, out, 2.0, 1.5]]


def test_temperature_divides_the_logits():
    logits = torch.tensor([[0.3, -2.0, 5.0], [1.0, 1.0, -7.5]], dtype=torch.float64)
    torch.testing.assert_close(
        with_temperature(logits, 0.4).softmax(-1), (logits / 0.4).softmax(-1)
    )


@pytest.mark.parametrize("temperature", [0, 1e-320, 1e-30])
def test_no_or_hardly_any_temperature_leaves_the_most_probable(temperature):
    logits = torch.tensor([[1.0, 3.0, 3.0, -2.0], [5.0, 1.0, 0.0, -math.inf]])
    probabilities = with_temperature(logits, temperature).softmax(-1)
    ties = [[0, 1, 0, 0], [1, 0, 0, 0]] if temperature == 0 else [[0, 0.5, 0.5, 0], [1, 0, 0, 0]]
    assert probabilities.tolist() == ties


@pytest.mark.parametrize("temperature", [0, 0.5])
def test_of_a_row_that_rules_all_out_nothing_is_left(temperature):
    settings = GenerationConfig(temperature=temperature, top_k=2, top_p=0.9)
    filters = LogitsFilters(settings, CharacterVocabulary("abc"), documents=False)
    logits = torch.zeros(2, 5, dtype=torch.float64)
    logits[1, 2:] = -math.inf  # the marks are left, which a stream never draws
    _, unfit = draw(filters(logits, 0), torch.full((2,), 0.5, dtype=torch.float64))
    assert unfit.tolist() == [False, True]


def test_high_temperature_is_finite():
    assert with_temperature(torch.tensor([[1.0, -300.0]]), 1e30).softmax(-1).tolist() == [
        [0.5, 0.5]
    ]


def test_the_marks_and_the_minimum_length():
    vocabulary = CharacterVocabulary("abc")  # ids 2, 3, 4
    logits = torch.zeros(2, vocabulary.size)
    settings = GenerationConfig(banned="bé", min_length=3)  # é is not in the vocabulary
    of_documents = LogitsFilters(settings, vocabulary, documents=True)
    assert left(of_documents(logits, 2)) == [{2, 4}] * 2
    assert left(of_documents(logits, 3)) == [{0, 2, 4}] * 2
    of_streams = LogitsFilters(settings, vocabulary, documents=False)
    assert left(of_streams(logits, 3)) == [{2, 4}] * 2


def test_the_order_temperature_before_nucleus():
    vocabulary = CharacterVocabulary("abc")
    logits = torch.tensor([[9.0, 9.0, 2.0, 1.0, 0.0]])
    # At temperature 1 "a" has 0.67 of the mass, at 4 it has 0.42.
    cool = LogitsFilters(GenerationConfig(top_p=0.6), vocabulary, documents=False)
    hot = LogitsFilters(GenerationConfig(top_p=0.6, temperature=4), vocabulary, documents=False)
    assert left(cool(logits, 0)) == [{2}]
    assert left(hot(logits, 0)) == [{2, 3}]


def test_the_order_banned_before_top_k():
    vocabulary = CharacterVocabulary("abc")
    logits = torch.tensor([[9.0, 9.0, 2.0, 1.0, 0.0]])
    filters = LogitsFilters(GenerationConfig(top_k=1, banned="a"), vocabulary, documents=False)
    assert left(filters(logits, 0)) == [{3}]


def test_all_banned_is_refused():
    with pytest.raises(ConfigError, match=r"^banned= leaves no character to generate"):
        LogitsFilters(GenerationConfig(banned="cab"), CharacterVocabulary("abc"), documents=True)
