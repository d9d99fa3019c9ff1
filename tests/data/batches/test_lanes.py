"""Lanes of a text, and the text read as a ring, against slices of it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.batches.lanes import Lanes, Ring, lane_starts, turned
from charlab.data.tokens.ragged import flat_offsets

OFFSETS = np.array([0, 30, 70, 97])


def test_a_ring_is_turned_at_any_place() -> None:
    assert turned(OFFSETS, 0).tolist() == [0, 30, 70, 97]
    assert turned(OFFSETS, 30).tolist() == [0, 40, 67, 97]
    assert turned(OFFSETS, 50).tolist() == [0, 20, 47, 77, 97]


@given(st.integers(1, 300), st.integers(1, 20))
def test_lanes_differ_by_one_prediction_and_the_longer_come_first(
    predictions: int, lanes: int
) -> None:
    starts = lane_starts(predictions, lanes).tolist()
    assert (len(starts), starts[0], starts[-1]) == (lanes + 1, 0, predictions)
    widths = [end - begin for begin, end in pairwise(starts)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] - widths[-1] <= 1


@given(st.integers(1, 12), st.data())
def test_a_ring_is_the_text_rolled(length: int, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, length - 1))
    text = np.arange(length, dtype=np.uint8)
    ring = Ring(text, begin)
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, length + 3)] * 2)))
    assert ring[first:last].tolist() == np.roll(text, -begin)[first:last].tolist()
    assert ring[-1:].tolist() == [(begin - 1) % length]
    assert (len(ring), ring.dtype) == (length, text.dtype)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.data())
def test_pieces_of_a_ring_are_those_of_the_text_but_for_the_one_that_is_parted(
    lengths: list[int], data: st.DataObject
) -> None:
    offsets = flat_offsets(lengths)
    begin = data.draw(st.integers(0, int(offsets[-1]) - 1))
    text = np.arange(offsets[-1])
    pieces = {tuple(range(start, end)) for start, end in pairwise(offsets.tolist())}
    around = next(piece for piece in pieces if begin in piece)
    parts = {around[: begin - around[0]], around[begin - around[0] :]} - {()}
    found = np.split(np.roll(text, -begin), turned(offsets, begin)[1:-1])
    assert {tuple(piece.tolist()) for piece in found} == pieces - {around} | parts


@pytest.mark.parametrize("held", [0, 100])
def test_lanes_go_on_with_the_last_token_beyond_the_text(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charlab.data.batches.lanes.HELD", held)
    monkeypatch.setattr("charlab.data.batches.lanes.BLOCK", 6)
    lanes = Lanes(np.arange(10, dtype=np.uint16), np.array([0, 4, 8]), 5, "cpu")
    whole = [[0, 1, 2, 3, 4], [4, 5, 6, 7, 8], [8, 9, 9, 9, 9]]
    for begin, end in [(3, 5), (0, 1), (1, 2), (4, 5), (2, 4), (0, 5)]:  # back as well
        assert lanes.window(begin, end).tolist() == [row[begin:end] for row in whole]
