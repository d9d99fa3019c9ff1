"""The interpolated trigram, against dictionaries and loops."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.evaluation.ngram_baseline import InterpolatedTrigram, fit_weights
from charlab.evaluation.ngram_counts import Events, list_events
from tests.support.ngrams import Documents, Event, V, encode, pieces, walk


def components(train: list[Event], event: Event, conditional: bool) -> list[float]:
    """Each component's probability of an event, by counting in a dictionary."""
    before, last, target, label = event
    keys = [(), (last,), (before, last)]
    contexts = [lambda e: (), lambda e: (e[1],), lambda e: (e[0], e[1])]
    if conditional:
        keys += [(label,), (label, last), (label, before, last)]
        contexts += [
            lambda e: (e[3],),
            lambda e: (e[3], e[1]),
            lambda e: (e[3], e[0], e[1]),
        ]
    result = [1 / V]
    for order, (key, context) in enumerate(zip(keys, contexts, strict=True)):
        followers = Counter(e[2] for e in train if context(e) == key)
        fallback = result[1] if order == 3 else result[-1]
        seen = sum(followers.values())
        result.append(followers[target] / seen if seen else fallback)
    return result


@pytest.mark.parametrize("layout", ["sequences", "stream"])
@pytest.mark.parametrize("conditional", [False, True])
@settings(max_examples=25)
@given(train=pieces, val=pieces, test=pieces)
def test_loss_equals_dictionaries(
    layout: str,
    conditional: bool,
    train: Documents,
    val: Documents,
    test: Documents,
) -> None:
    model = InterpolatedTrigram(
        encode(train), encode(val), vocabulary_size=V, layout=layout, conditional=conditional
    )
    seen = walk(train, layout)

    def mixture(event: Event) -> float:
        return sum(
            weight * p
            for weight, p in zip(model.weights, components(seen, event, conditional), strict=True)
        )

    events = walk(test, layout)
    expected = -sum(math.log(mixture(event)) for event in events) / len(events)
    assert model.loss(encode(test)) == pytest.approx(expected)
    # The weights are those of the validation part: no small shift away from them is better there.
    held = np.array([components(seen, event, conditional) for event in walk(val, layout)])

    def objective(weights: np.ndarray) -> float:
        return float(np.log(held @ weights).mean() + np.log(weights).sum() / len(held))

    for k in range(len(model.weights)):
        shifted = model.weights * 0.95 + 0.05 * np.eye(len(model.weights))[k]
        assert objective(shifted) <= objective(model.weights) + 1e-4


@pytest.mark.parametrize("conditional", [False, True])
def test_probabilities_sum_to_one(conditional: bool) -> None:
    docs = [([2, 3], 0), ([3, 3, 2], 0), ([4], 1)]
    model = InterpolatedTrigram(
        encode(docs), None, vocabulary_size=V, layout="sequences", conditional=conditional
    )
    for before in range(V):
        for last in range(V):
            for label in range(3):  # the last was never seen
                same = np.ones(V, dtype=np.int64)
                events = Events(same * before, same * last, np.arange(V), same * label, same)
                p = model.components(events) @ model.weights
                assert p.sum() == pytest.approx(1)
                assert (p > 0).all()


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 1000))
def test_fitting_never_gets_worse(n: int, K: int, seed: int) -> None:
    table = np.random.default_rng(seed).random((n, K)) + 1e-6
    counts = np.random.default_rng(seed).integers(1, 4, n)
    weights, objective = fit_weights(table, counts)
    repeated, _ = fit_weights(np.repeat(table, counts, axis=0), np.ones(counts.sum(), np.int64))
    np.testing.assert_allclose(weights, repeated)
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    assert all(b >= a - 1e-12 for a, b in pairwise(objective))


def test_without_validation_a_tenth_of_train_is_held_out() -> None:
    # Copies of one document: if weights were fitted on what was counted, this would be no test.
    random = np.random.default_rng(0)
    docs = [(random.integers(2, V, 6).tolist(), 0) for _ in range(200)]
    model = InterpolatedTrigram(encode(docs), None, vocabulary_size=V, layout="sequences")
    nine = [doc for i, doc in enumerate(docs) if i % 10 != 9]
    tenth = [doc for i, doc in enumerate(docs) if i % 10 == 9]
    same = InterpolatedTrigram(encode(nine), encode(tenth), vocabulary_size=V, layout="sequences")
    np.testing.assert_allclose(model.weights, same.weights)
    # Frequencies are those of all of train.
    other = InterpolatedTrigram(encode(docs), encode(tenth), vocabulary_size=V, layout="sequences")
    (events,) = list_events(encode(docs), "sequences")
    np.testing.assert_array_equal(model.components(events), other.components(events))


def test_a_character_that_train_lacks_costs_a_finite_number() -> None:
    train = encode([([2, 3, 2, 3], 0)] * 20)
    for layout in ("sequences", "stream"):
        model = InterpolatedTrigram(train, train, vocabulary_size=V, layout=layout)
        assert math.isfinite(model.loss(encode([([4, 1, 4], 1)])))


def test_nothing_to_measure() -> None:
    train = encode([([2, 3], 0)])
    model = InterpolatedTrigram(train, None, vocabulary_size=V, layout="stream")
    assert math.isnan(model.loss(encode([([2], 0)])))
    with pytest.raises(ValueError, match="needs training text"):
        InterpolatedTrigram(encode([([2], 0)]), None, vocabulary_size=V, layout="stream")
