"""Training batches of long text: parallel lanes that are read from end to end."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from charlab.data.batches.batch import ALL, IGNORE, Batch, Shard, Whole
from charlab.data.batches.lanes import Lanes, Ring, Seams, lane_batch, lane_starts, turned
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import EOS, Integers
from charlab.errors import ConfigError
from charlab.system.words import counted


class Variation(NamedTuple):
    """What of a stream's windows is drawn anew for each epoch."""

    offset: bool = False
    lengths: bool = False


FIXED = Variation()


class StreamBatches:
    """A split as one stream, read in parallel lanes whose state is carried from batch to batch.

    N characters have N-1 places to predict from. They are cut into contiguous lanes that differ
    by one place at most, and the lanes into windows of ``seq_len``; an epoch's last window may be
    narrower, and the shorter lanes end in it with one ``IGNORE``. Every character but each
    piece's first is predicted exactly once an epoch; where one piece follows another, `Seams`
    has its mark. A text too short for one whole window in every lane gets fewer lanes, at least
    one. Every epoch is the same, unless windows vary (Merity et al. 2018, arXiv:1708.02182,
    section 5): with an offset the text is read as a ring from a place of the epoch's own, where a
    piece is parted once more; with random lengths windows are drawn as there and then stretched
    alike, so that as many as ever fill a lane. Both depend on the seed and the epoch's number.

    Processes that share a batch read lanes that are neighbours.

    Args: as of `training_batches`; the pieces are read one after another.
        vary: which of windows is drawn anew for each epoch.

    Attributes:
        lanes: lanes that are read here, the B of every batch.
        steps_per_epoch: windows of a lane.
        characters_per_epoch: predictions; an epoch that parts a piece has one fewer.

    Raises:
        ValueError: if there is nothing to predict.
        ConfigError: if there are fewer lanes than processes.
    """

    def __init__(
        self,
        encoded: EncodedSplit,
        *,
        batch_size: int,
        seq_len: int,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
        seed: int = 0,
        vary: Variation = FIXED,
    ) -> None:
        if not encoded.predictions:
            raise ValueError(f"a stream needs 2 characters or more, got {encoded.characters}")
        places = encoded.characters - 1
        lanes = max(1, min(batch_size, places // seq_len))
        if lanes < shard.count:
            raise ConfigError(
                f"the train part has text for {counted(lanes, 'lane')} of "
                f"dataset.seq_len={seq_len} and there are {shard.count} processes: give "
                "more text, or lower dataset.seq_len or trainer.devices"
            )
        self.characters_per_epoch = encoded.predictions
        starts = lane_starts(places, lanes)
        lengths = np.diff(starts)
        self._length = int(lengths.max())
        self._all_lanes, self._all_longer = lanes, places % lanes or lanes
        begin, end = shard.bounds(lanes)
        self.lanes = end - begin
        self._longer = min(max(self._all_longer - begin, 0), self.lanes)
        self._is_share = shard.count > 1
        self._seq_len = seq_len
        self.steps_per_epoch = -(-self._length // seq_len)
        self._encoded, self._device = encoded, device
        self._starts, self._share = starts, slice(begin, end)
        self._seed, self._vary = seed, vary
        self._arranged_for = -1
        self._arrange(0)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The windows of an epoch, from the ``start``-th on.

        ``fresh`` is True for all lanes in an epoch's first window and None afterwards: whoever
        starts in the middle brings the state along.
        """
        self._arrange(epoch)
        for step in range(start, self.steps_per_epoch):
            yield self._window(step)

    def _arrange(self, epoch: int) -> None:
        """Lays out the lanes and the windows of an epoch."""
        if epoch == self._arranged_for or (self._arranged_for >= 0 and not any(self._vary)):
            return
        self._arranged_for = epoch
        generator = np.random.default_rng([self._seed, epoch])
        ids, offsets = self._encoded.ids, self._encoded.offsets
        if self._vary.offset:
            begin = int(generator.integers(len(ids)))
            ids, offsets = Ring(ids, begin), turned(offsets, begin)
        self._bounds = window_bounds(
            self._length, self._seq_len, generator if self._vary.lengths else None
        )
        begins, lengths = self._starts[:-1], np.diff(self._starts)
        self._text = Lanes(ids, begins[self._share], self._length + 1, self._device)
        self._all_seams, self._seams = (
            Seams(offsets, begins[part], 0 * lengths[part], lengths[part], self._device)
            for part in (slice(self._all_lanes), self._share)
        )

    def _window(self, step: int) -> Batch:
        begin, end = self._bounds[step : step + 2].tolist()
        text = self._text.window(begin, end + 1)  # (B, T+1)
        ids, targets = text[:, :-1].long(), text[:, 1:].long()  # (B, T)
        self._seams.mark(ids, targets, begin, end)
        if end == self._length:
            ids[self._longer :, -1] = EOS
            targets[self._longer :, -1] = IGNORE
        characters = self._count(self._seams, self.lanes, self._longer, begin, end)
        all_characters = self._count(self._all_seams, self._all_lanes, self._all_longer, begin, end)
        whole = Whole(all_characters, all_characters) if self._is_share else None
        return lane_batch(ids, targets, characters, first=step == 0, whole=whole)

    def _count(self, seams: Seams, lanes: int, longer: int, begin: int, end: int) -> int:
        """Predictions of some lanes in a window; the shorter lanes have one fewer in the last."""
        return (
            lanes * (end - begin)
            - seams.count(begin, end)
            - (end == self._length) * (lanes - longer)
        )


_SHORT, _SPREAD, _LEAST = 0.05, 5.0, 5  # of windows that are drawn, as in Merity et al. 2018


def window_bounds(length: int, seq_len: int, generator: np.random.Generator | None) -> Integers:
    """Where a lane's windows begin, and the end of the last, (steps+1,).

    Lengths are drawn from a normal distribution around ``seq_len``, of one in twenty around its
    half, and stretched alike to fill the lane.

    Args:
        length: of the lane.
        seq_len: usual length of a window.
        generator: draws the lengths; None: all but the last are ``seq_len``.
    """
    steps = -(-length // seq_len)
    if generator is None or steps == 1:
        return np.minimum(np.arange(steps + 1) * seq_len, length)
    middle = np.where(generator.random(steps) < _SHORT, seq_len / 2, seq_len)
    drawn = np.maximum(generator.normal(middle, _SPREAD), min(_LEAST, seq_len / 2))
    # each window has one position, and a share of the others
    ends = np.cumsum(drawn) / drawn.sum() * (length - steps)
    return np.append(0, np.round(ends).astype(np.int64) + np.arange(1, steps + 1))
