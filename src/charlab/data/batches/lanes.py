"""Long text in lanes: spans that are read in parallel, and where they pass between documents."""

import numpy as np
import torch
from torch import Tensor

from charlab.data.batches.batch import IGNORE, Batch, Whole, smallest_tensor
from charlab.data.tokens.ragged import HELD, TokenIds
from charlab.data.tokens.vocabulary import EOS, Integers, Unsigned

BLOCK = 2**20  # positions of all lanes of a large text that are on the device together


class Lanes:
    """Contiguous spans of a text as rows, of which windows are looked at in turn.

    A small text is put on the device at once. Of a large one, a block of some million positions is
    there at a time, so that neither memory nor speed depends on how long the text is.

    Args:
        ids: the text, (N,).
        starts: where each lane begins, (B,).
        length: L; where a lane would go beyond the text, its last token is repeated.
        device: where windows are to be.
    """

    def __init__(
        self, ids: TokenIds, starts: Integers, length: int, device: torch.device | str
    ) -> None:
        self._ids = ids
        self._starts = starts.tolist()
        self._length = length
        self._device = device
        self._width = length if len(ids) <= HELD else max(1, BLOCK // len(self._starts))
        self._begin = 0
        self._block = torch.empty(0, 0)

    def window(self, begin: int, end: int) -> Tensor:
        """Positions ``begin`` to ``end`` of all lanes, (B, end - begin), in a small type."""
        have = self._block.shape[1]
        if begin < self._begin or end > self._begin + have:
            until = min(max(end, begin + self._width), self._length)
            self._begin, self._block = begin, self._read(begin, until)
        return self._block[:, begin - self._begin : end - self._begin]

    def _read(self, begin: int, end: int) -> Tensor:
        rows = np.empty((len(self._starts), end - begin), self._ids.dtype)
        for row, start in zip(rows, self._starts, strict=True):
            text = self._ids[start + begin : start + end]
            row[: len(text)] = text
            if len(text) < len(row):  # beyond the text's end
                row[len(text) :] = text[-1] if len(text) else self._ids[-1:][0]
        return torch.from_numpy(smallest_tensor(rows)).to(self._device)


class Seams:
    """Where lanes pass from one document into the next.

    No model is asked for a document's first token after another document's last one. The mark
    stands in that last token's place, which nothing else is predicted from, so that a model can
    tell that what follows is another document's.

    Args:
        offsets: where documents begin and end in the text, (n+1,); none is empty.
        starts: where each lane begins, (B,).
        first: of each lane's positions the first that is looked at, (B,).
        last: the one after the last, (B,).
        device: where windows are.
    """

    def __init__(
        self,
        offsets: Integers,
        starts: Integers,
        first: Integers,
        last: Integers,
        device: torch.device | str,
    ) -> None:
        crossing = offsets[1:-1] - 1  # the positions after which another document begins
        begin, end = (np.searchsorted(crossing, starts + bound) for bound in (first, last))
        counts = end - begin
        rows = np.repeat(np.arange(len(starts)), counts)
        skipped = np.cumsum(counts) - counts
        place = np.arange(len(rows)) + np.repeat(begin - skipped, counts)
        columns = crossing[place] - starts[rows]
        order = np.argsort(columns, kind="stable")
        self._sorted = columns[order]
        self._rows = torch.from_numpy(rows[order]).to(device)
        self._columns = torch.from_numpy(self._sorted).to(device)

    def count(self, begin: int, end: int) -> int:
        """Seams from position ``begin`` to before ``end`` of all lanes."""
        first, last = self._between(begin, end)
        return last - first

    def mark(self, ids: Tensor, targets: Tensor, begin: int, end: int) -> None:
        """Marks them in a window of these positions: ids and targets, (B, end - begin)."""
        first, last = self._between(begin, end)
        if first < last:
            place = self._rows[first:last], self._columns[first:last] - begin
            ids[place] = EOS
            targets[place] = IGNORE

    def _between(self, begin: int, end: int) -> tuple[int, int]:
        if not len(self._sorted):
            return 0, 0
        first, last = np.searchsorted(self._sorted, [begin, end]).tolist()
        return first, last


def lane_batch(
    ids: Tensor, targets: Tensor, characters: int, *, first: bool, whole: Whole | None = None
) -> Batch:
    """The batch of a window, (B, T); every lane's state starts anew in the ``first`` one."""
    fresh = torch.ones(len(ids), dtype=torch.bool, device=ids.device) if first else None
    return Batch(ids, targets, None, fresh, None, characters, characters, whole)


def lane_starts(predictions: int, lanes: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where each lane's predictions begin, and the end of the last, (lanes+1,).

    Lanes differ by one prediction at most; the longer ones come first.
    """
    short, longer = divmod(predictions, lanes)
    lane = np.arange(lanes + 1)
    return lane * short + np.minimum(lane, longer)


class Ring:
    """Token ids read as a ring, from a place on to the one before it.

    Args:
        ids: (N,).
        begin: that place.
    """

    def __init__(self, ids: TokenIds, begin: int) -> None:
        self._ids, self._begin = ids, begin
        self.dtype = ids.dtype

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, part: slice) -> Unsigned:
        begin, end, _ = part.indices(len(self))
        first, last = begin + self._begin, end + self._begin
        if first >= len(self):
            return self._ids[first - len(self) : last - len(self)]
        if last <= len(self):
            return self._ids[first:last]
        return np.concatenate([self._ids[first:], self._ids[: last - len(self)]])


def turned(offsets: Integers, begin: int) -> Integers:
    """Where pieces begin and end if their text is read as a ring from a place on.

    Args:
        offsets: as they are, (n+1,).
        begin: that place; the piece around it is parted there.
    """
    length = int(offsets[-1])
    bounds = np.sort((offsets[:-1] - begin) % length)
    return np.concatenate([bounds if bounds[0] == 0 else [0, *bounds], [length]])
