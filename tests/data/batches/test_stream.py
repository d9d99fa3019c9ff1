"""A stream's lanes and windows, against the text written out by hand."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.batches.batch import ALL, IGNORE, Shard
from charlab.data.batches.evaluation import StreamEvaluation
from charlab.data.batches.stream import (
    StreamBatches,
    Variation,
    window_bounds,
)
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import ConfigError
from tests.support.encoded import documents, texts_of

N, OFFSETS = 97, np.array([0, 30, 70, 97])
SPLIT = EncodedSplit(np.arange(2, 2 + N, dtype=np.uint8), OFFSETS, None)
lengths_of = st.lists(st.integers(1, 9), min_size=1, max_size=40)


@given(st.integers(2, 300), st.integers(1, 9), st.integers(1, 20))
def test_a_stream_predicts_every_character_but_the_first_once(
    characters: int, batch_size: int, seq_len: int
) -> None:
    encoded = documents([characters])
    form = StreamBatches(encoded, batch_size=batch_size, seq_len=seq_len)
    assert form.lanes == max(1, min(batch_size, (characters - 1) // seq_len))
    batches = list(form.epoch(3))
    assert len(batches) == form.steps_per_epoch
    lanes: list[list[tuple[int, int]]] = [[] for _ in range(form.lanes)]
    for step, batch in enumerate(batches):
        assert batch.ids.shape == batch.targets.shape
        assert batch.ids.shape[0] == form.lanes
        assert batch.ids.shape[1] == seq_len or step == len(batches) - 1
        assert (batch.fresh is not None) == (step == 0)
        assert batch.fresh is None or bool(batch.fresh.all())
        assert batch.characters == int((batch.targets != IGNORE).sum())
        assert ((batch.ids == EOS) == (batch.targets == IGNORE)).all()
        for lane, ids, targets in zip(
            lanes, batch.ids.tolist(), batch.targets.tolist(), strict=True
        ):
            lane += [pair for pair in zip(ids, targets, strict=True) if pair[1] != IGNORE]
    # Lane by lane, window after window, this is the text itself.
    text = encoded.ids[:].tolist()
    assert [pair for lane in lanes for pair in lane] == list(pairwise(text))
    assert max(map(len, lanes)) - min(map(len, lanes)) <= 1
    assert sum(batch.characters for batch in batches) == form.characters_per_epoch


def test_pieces_of_a_stream_follow_each_other_behind_a_mark() -> None:
    encoded = documents([5, 4, 2])
    (batch,) = StreamBatches(encoded, batch_size=1, seq_len=10).epoch(0)
    M, _ = EOS, IGNORE
    assert batch.ids.tolist() == [[2, 3, 4, 5, M, 7, 8, 9, M, 11]]
    assert batch.targets.tolist() == [[3, 4, 5, 6, _, 8, 9, 10, _, 12]]
    assert batch.characters == encoded.predictions == 8


@settings(max_examples=50)
@given(
    lengths=lengths_of.filter(lambda lengths: max(lengths) > 1),
    batch_size=st.integers(1, 7),
    seq_len=st.integers(1, 9),
    lanes=st.integers(1, 9),
)
def test_no_prediction_crosses_a_seam(
    lengths: list[int], batch_size: int, seq_len: int, lanes: int
) -> None:
    """What is trained on, and what is measured, are the pairs within each document, all once."""
    encoded = documents(lengths)
    expected = [pair for text in texts_of(encoded).values() for pair in pairwise(text)]
    form = StreamBatches(encoded, batch_size=batch_size, seq_len=seq_len)
    measured = StreamEvaluation(encoded, lanes=lanes, budget=batch_size * seq_len)
    for batches in (list(form.epoch(0)), list(measured)):
        found = []
        for batch in batches:
            predicted = batch.targets != IGNORE
            assert batch.characters == int(predicted.sum())
            pairs = zip(batch.ids[predicted], batch.targets[predicted], strict=True)
            found += [(int(one), int(next_)) for one, next_ in pairs]
        assert sorted(found) == expected
        assert sum(batch.characters for batch in batches) == encoded.predictions


def pairs(batches: StreamBatches, epoch: int) -> list[tuple[int, int]]:
    """What is predicted from what, in order of lanes and time."""
    windows = list(batches.epoch(epoch))
    ids, targets = (
        np.concatenate([getattr(w, name).numpy() for w in windows], axis=1)
        for name in ("ids", "targets")
    )
    told = targets != IGNORE
    assert (ids[told] != EOS).all()
    assert sum(w.characters for w in windows) == told.sum()
    return list(zip(ids[told].tolist(), targets[told].tolist(), strict=True))


def make(seed: int = 0, shard: Shard = ALL, **vary: bool) -> StreamBatches:
    return StreamBatches(
        SPLIT, batch_size=3, seq_len=7, seed=seed, shard=shard, vary=Variation(**vary)
    )


@pytest.mark.parametrize("lengths", [False, True])
def test_each_epoch_reads_the_ring_from_a_place_of_its_own(lengths: bool) -> None:
    batches = make(offset=True, lengths=lengths)
    inner = {(t, t + 1) for t in range(2, 1 + N) if t - 1 not in OFFSETS}
    parted = set()
    for epoch in range(6):
        found = pairs(batches, epoch)
        assert len(set(found)) == len(found)
        (missing,) = inner - set(found)  # where the ring is parted
        assert set(found) == inner - {missing}
        parted.add(missing)
    assert len(parted) > 3
    assert pairs(batches, 2) == pairs(make(offset=True, lengths=lengths), 2)
    assert pairs(batches, 2) != pairs(make(seed=1, offset=True, lengths=lengths), 2)


def test_an_epoch_may_begin_at_any_window() -> None:
    batches = make(offset=True, lengths=True)
    whole = [w.ids.tolist() for w in batches.epoch(3)]
    assert [w.ids.tolist() for w in make(offset=True, lengths=True).epoch(3, 2)] == whole[2:]


def test_processes_share_the_lanes_of_a_window() -> None:
    whole = list(make(offset=True, lengths=True).epoch(1))
    shares = [list(make(shard=Shard(i, 2), offset=True, lengths=True).epoch(1)) for i in range(2)]
    for window, *parts in zip(whole, *shares, strict=True):
        assert window.ids.tolist() == [row for part in parts for row in part.ids.tolist()]
        assert window.characters == sum(part.characters for part in parts)
        assert all(part.whole.characters == window.characters for part in parts)


def test_random_lengths_fill_the_lane_around_the_usual_one() -> None:
    bounds = window_bounds(64 * 1000 + 3, 64, np.random.default_rng(1))
    widths = np.diff(bounds)
    assert (len(widths), bounds[0], bounds[-1]) == (1001, 0, 64 * 1000 + 3)
    assert widths.min() >= 1
    short = (widths < 45).mean()
    assert 0.03 < short < 0.07
    assert np.std(widths[widths > 45]) == pytest.approx(5, rel=0.2)
    assert widths[widths > 45].mean() == pytest.approx(64 / 0.975, rel=0.02)


def test_without_variation_windows_are_even() -> None:
    assert window_bounds(20, 7, None).tolist() == [0, 7, 14, 20]
    batches = make()
    assert pairs(batches, 0) == pairs(batches, 5)


@pytest.mark.parametrize("lengths", [[2], [9], [2, 4, 3]])
def test_an_epoch_has_one_prediction_fewer_where_it_parts_a_piece(lengths: list[int]) -> None:
    encoded = documents(lengths)
    batches = StreamBatches(encoded, batch_size=2, seq_len=2, vary=Variation(offset=True))
    assert batches.characters_per_epoch == sum(lengths) - len(lengths)
    fewer = set()
    for epoch in range(30):
        windows = list(batches.epoch(epoch))
        first = int(windows[0].ids[0, 0])  # the mark where but one token of its piece is left
        parted = first == EOS or first - 2 not in encoded.offsets
        predicted = sum(window.characters for window in windows)
        assert predicted == batches.characters_per_epoch - parted
        fewer.add(parted)
    assert fewer == {False, True}


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 9))
def test_random_windows_are_as_many_as_even_ones_and_none_is_empty(
    length: int, seq_len: int, seed: int
) -> None:
    even = window_bounds(length, seq_len, None)
    drawn = window_bounds(length, seq_len, np.random.default_rng(seed))
    assert len(drawn) == len(even) == -(-length // seq_len) + 1
    assert (drawn[0], drawn[-1]) == (even[0], even[-1]) == (0, length)
    assert (np.diff(drawn) > 0).all()
    assert (np.diff(even) > 0).all()


def test_what_a_stream_cannot_be_made_of() -> None:
    with pytest.raises(ValueError, match="a stream needs 2 characters or more, got 1"):
        StreamBatches(documents([1]), batch_size=1, seq_len=1)
    with pytest.raises(ValueError, match="a stream needs 2 characters or more, got 3"):
        StreamBatches(documents([1, 1, 1]), batch_size=1, seq_len=1)
    with pytest.raises(
        ConfigError,
        match=r"^the train part has text for 1 lane of "
        r"dataset\.seq_len=9 and there are 2 processes: give more text, or lower ",
    ):
        StreamBatches(documents([10]), batch_size=4, seq_len=9, shard=Shard(0, 2))
