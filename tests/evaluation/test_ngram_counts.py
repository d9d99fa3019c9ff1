"""Predictions in their contexts, against a walk through the texts."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.evaluation import ngram_counts as events_module
from charlab.evaluation.ngram_counts import (
    Events,
    count_events,
    count_keys,
    list_events,
    predictions,
)
from tests.support.ngrams import Documents, Event, V, encode, pieces, walk


def rows_of(events: Events) -> list[Event]:
    columns = (events.before, events.last, events.target, events.label)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("layout", ["sequences", "stream"])
@settings(max_examples=50)
@given(docs=pieces, chunk=st.integers(1, 30))
def test_events_equal_a_walk(layout: str, docs: Documents, chunk: int) -> None:
    chunks = list(list_events(encode(docs), layout, chunk))
    assert [row for events in chunks for row in rows_of(events)] == walk(docs, layout)
    assert predictions(encode(docs), layout) == len(walk(docs, layout))
    groups = [group for events in chunks for group in events.group.tolist()]
    if layout == "stream":
        ends = np.cumsum([len(text) for text, _ in docs])
        inside = [p for p in range(ends[-1] - 1) if p + 1 not in ends]
        assert groups == [p * 100 // (ends[-1] - 1) for p in inside]
    else:
        assert groups == [i for i, (text, _) in enumerate(docs) for _ in range(len(text) + 1)]


@pytest.mark.parametrize(("cells", "most"), [(10**6, 10**6), (0, 10**6), (0, 3), (60, 5)])
@pytest.mark.parametrize("labelled", [False, True])
@settings(max_examples=25)
@given(docs=pieces, chunk=st.integers(1, 30))
def test_counts_equal_a_counter(
    labelled: bool, cells: int, most: int, docs: Documents, chunk: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:  # tables of everything, sorted keys, several parts
        patch.setattr(events_module, "MOST_CELLS", cells)
        patch.setattr(events_module, "MOST_KEYS", most)
        patch.setattr(events_module, "CHUNK", 2)
        chunks = list_events(encode(docs), "sequences", chunk)
        parts = list(count_events(chunks, V, labelled=labelled))
    found: Counter[Event] = Counter()
    for part in parts:
        rows = rows_of(part.events)
        assert len(set(rows)) == len(rows)
        found.update(dict(zip(rows, part.counts.tolist(), strict=True)))
    expected = [event if labelled else (*event[:3], 0) for event in walk(docs, "sequences")]
    assert found == Counter(expected)
    if most == 10**6:
        assert len(parts) == 1


@given(st.lists(st.tuples(st.integers(0, 2**63 - 1) | st.integers(0, 3), st.integers(1, 9))))
def test_keys_are_counted_whatever_their_size(pairs: list[tuple[int, int]]) -> None:
    keys = np.array([key for key, _ in pairs], dtype=np.int64)
    distinct, often = count_keys(keys)
    expected = Counter(key for key, _ in pairs)
    assert list(zip(distinct.tolist(), often.tolist(), strict=True)) == sorted(expected.items())
    distinct, sums = count_keys(keys, np.array([count for _, count in pairs], dtype=np.int64))
    weighed: Counter[int] = Counter()
    for key, count in pairs:
        weighed[key] += count
    assert list(zip(distinct.tolist(), sums.tolist(), strict=True)) == sorted(weighed.items())


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("order", [0, 1, 2])
@settings(max_examples=20)
@given(docs=pieces)
def test_contexts_are_the_same_where_the_tokens_in_them_are(
    order: int, labelled: bool, docs: Documents
) -> None:
    (events,) = list_events(encode(docs), "sequences")
    packed = events.context(order, V, labelled=labelled).tolist()
    seen = [(*row[2 - order : 2], *row[3:] * labelled) for row in walk(docs, "sequences")]
    assert len(set(packed)) == len(set(seen)) == len(set(zip(packed, seen, strict=True)))


def test_the_largest_vocabulary_that_is_promised_is_counted() -> None:
    size, labels = 200_000, 1000
    last = np.array([size - 1, size - 1, 0], dtype=np.int64)
    label = np.array([labels - 1, labels - 1, 0], dtype=np.int64)
    (counts,) = count_events([Events(last, last, last, label, label)], size, labelled=True)
    assert rows_of(counts.events) == [(0, 0, 0, 0), (*[size - 1] * 3, labels - 1)]
    assert counts.counts.tolist() == [1, 2]
    assert counts.total == 3


def test_of_nothing_there_is_nothing_to_count() -> None:
    alone = encode([([2], 0)])
    assert list(list_events(alone, "stream")) == []
    assert predictions(alone, "stream") == 0
    assert list(count_events([], V, labelled=False)) == []
