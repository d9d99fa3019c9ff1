"""Training batches of long text: parallel lanes that are read from end to end."""

from collections.abc import Iterator

import numpy as np
import torch

from charlab.data.batch import ALL, IGNORE, Batch, Shard, Whole
from charlab.data.encoded import Encoded
from charlab.data.lanes import Lanes, Seams, lane_starts
from charlab.data.vocabulary import BOUNDARY
from charlab.errors import ConfigError


class StreamBatches:
    """A split as one stream, read in parallel lanes whose state is carried from batch to batch.

    N characters have N-1 places to predict from. They are cut into contiguous lanes that differ
    by one place at most, and the lanes into windows of ``seq_len``; an epoch's last window may be
    narrower, and the shorter lanes end in it with one ``IGNORE``. Every character but each
    piece's first is predicted exactly once an epoch; where one piece follows another, `Seams`
    has its mark. A text too short for one whole window in every lane gets fewer lanes, at least
    one. Every epoch is the same.

    Args:
        encoded: the pieces of a split, read one after another; one has 2 characters or more.
        batch_size: lanes at most, those of all processes together.
        seq_len: T, characters of a window.
        device: where batches are to be.
        shard: the share of the lanes that this process reads: neighbours.

    Attributes:
        lanes: lanes that are read here, the B of every batch.
        steps_per_epoch: windows of a lane.
        characters_per_epoch: predictions.

    Raises:
        ValueError: if there is nothing to predict.
        ConfigError: if there are fewer lanes than processes.
    """

    def __init__(
        self,
        encoded: Encoded,
        *,
        batch_size: int,
        seq_len: int,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
    ) -> None:
        if not encoded.predictions:
            raise ValueError(f"a stream needs 2 characters or more, got {encoded.characters}")
        places = encoded.characters - 1
        lanes = max(1, min(batch_size, places // seq_len))
        if lanes < shard.count:
            raise ConfigError(
                f"the train part has text for {lanes} lane(s) of dataset.seq_len={seq_len} and "
                f"there are {shard.count} processes: give more text, or lower dataset.seq_len or "
                "trainer.devices"
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
        self._text = Lanes(encoded.ids, starts[begin:end], self._length + 1, device)
        self._all_seams, self._seams = (
            Seams(encoded.offsets, starts[:-1][part], 0 * lengths[part], lengths[part], device)
            for part in (slice(lanes), slice(begin, end))
        )

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The windows of an epoch, from the ``start``-th on.

        ``fresh`` is True for all lanes in an epoch's first window and None afterwards: whoever
        starts in the middle brings the state along.
        """
        for step in range(start, self.steps_per_epoch):
            yield self._window(step)

    def _window(self, step: int) -> Batch:
        begin = step * self._seq_len
        end = min(begin + self._seq_len, self._length)
        text = self._text.window(begin, end + 1)  # (B, T+1)
        ids, targets = text[:, :-1].long(), text[:, 1:].long()  # (B, T)
        self._seams.mark(ids, targets, begin, end)
        characters = ids.numel() - self._seams.count(begin, end)
        all_characters = self._all_lanes * (end - begin) - self._all_seams.count(begin, end)
        if end == self._length:
            all_characters -= self._all_lanes - self._all_longer
            if self._longer < self.lanes:
                ids[self._longer :, -1] = BOUNDARY
                targets[self._longer :, -1] = IGNORE
                characters -= self.lanes - self._longer
        fresh = torch.ones(self.lanes, dtype=torch.bool, device=ids.device) if step == 0 else None
        whole = Whole(all_characters) if self._is_share else None
        return Batch(
            ids, targets, lengths=None, fresh=fresh, labels=None, characters=characters, whole=whole
        )
