"""Windows that differ between epochs, against the text written out by hand."""

import numpy as np
import pytest

from charlab.data.batches.batch import ALL, IGNORE, Shard
from charlab.data.batches.stream import StreamBatches, Variation, turned, window_bounds
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import EOS

N, OFFSETS = 97, np.array([0, 30, 70, 97])
SPLIT = EncodedSplit(np.arange(2, 2 + N, dtype=np.uint8), OFFSETS, None)


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
def test_each_epoch_reads_the_ring_from_a_place_of_its_own(lengths):
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


def test_an_epoch_may_begin_at_any_window():
    batches = make(offset=True, lengths=True)
    whole = [w.ids.tolist() for w in batches.epoch(3)]
    assert [w.ids.tolist() for w in make(offset=True, lengths=True).epoch(3, 2)] == whole[2:]


def test_processes_share_the_lanes_of_a_window():
    whole = list(make(offset=True, lengths=True).epoch(1))
    shares = [list(make(shard=Shard(i, 2), offset=True, lengths=True).epoch(1)) for i in range(2)]
    for window, *parts in zip(whole, *shares, strict=True):
        assert window.ids.tolist() == [row for part in parts for row in part.ids.tolist()]
        assert window.characters == sum(part.characters for part in parts)
        assert all(part.whole.characters == window.characters for part in parts)


def test_a_ring_is_turned_at_any_place():
    assert turned(OFFSETS, 0).tolist() == [0, 30, 70, 97]
    assert turned(OFFSETS, 30).tolist() == [0, 40, 67, 97]
    assert turned(OFFSETS, 50).tolist() == [0, 20, 47, 77, 97]


def test_random_lengths_fill_the_lane_around_the_usual_one():
    bounds = window_bounds(64 * 1000 + 3, 64, np.random.default_rng(1))
    widths = np.diff(bounds)
    assert (len(widths), bounds[0], bounds[-1]) == (1001, 0, 64 * 1000 + 3)
    assert widths.min() >= 1
    short = (widths < 45).mean()
    assert 0.03 < short < 0.07
    assert np.std(widths[widths > 45]) == pytest.approx(5, rel=0.2)
    assert widths[widths > 45].mean() == pytest.approx(64 / 0.975, rel=0.02)


def test_without_variation_windows_are_even():
    assert window_bounds(20, 7, None).tolist() == [0, 7, 14, 20]
    batches = make()
    assert pairs(batches, 0) == pairs(batches, 5)
