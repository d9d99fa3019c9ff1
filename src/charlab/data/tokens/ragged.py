"""Text as flat arrays of token ids. No Python object per document exists from here on.

They may lie in memory or in a file: behind one interface, so that nothing asks where.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.vocabulary import Integers, Unsigned
from charlab.errors import DataError

CHUNK = 2**20  # tokens that are looked at together
HELD = 2**25  # tokens that are held in memory, or on a device, at most


class TokenIds(Protocol):
    """Token ids one after another, wherever they lie: looked at slice by slice.

    An array is one, and so is a file; a slice without a step gives an array either way.
    """

    @property
    def dtype(self) -> np.dtype[np.unsignedinteger]:
        """The type of what a slice holds."""

    def __len__(self) -> int: ...

    def __getitem__(self, wanted: slice, /) -> Unsigned: ...


def chunks(ids: TokenIds, size: int = CHUNK) -> Iterator[tuple[int, Unsigned]]:
    """The ids piece by piece: where each begins, and at most ``size`` ids of it."""
    for begin in range(0, len(ids), size):
        yield begin, ids[begin : begin + size]


class SelectedIds:
    """Spans of token ids, one after another, seen through a table.

    Args:
        ids: what they are spans of.
        starts: where each span begins, (m,).
        lengths: ids of each span, (m,).
        table: what stands for id i is table[i].
    """

    def __init__(self, ids: TokenIds, starts: Integers, lengths: Integers, table: Unsigned) -> None:
        self._ids, self._table = ids, table
        starts, lengths = starts[lengths > 0], lengths[lengths > 0]
        apart = np.flatnonzero(starts[1:] != (starts + lengths)[:-1])  # others are one span
        self._starts = starts[np.append(0, apart + 1)] if len(starts) else starts
        ends = np.cumsum(lengths)
        self._ends = ends[np.append(apart, len(ends) - 1)] if len(ends) else ends
        self.dtype: np.dtype[np.unsignedinteger] = table.dtype

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, wanted: slice) -> Unsigned:
        begin, end, step = wanted.indices(len(self))
        if step != 1:
            raise ValueError("token ids are read in slices without a step")
        selected = np.empty(max(0, end - begin), self.dtype)
        span, done = int(np.searchsorted(self._ends, begin, side="right")), 0
        while done < len(selected):
            place = begin + done
            before = int(self._ends[span - 1]) if span else 0
            # Looked up chunk by chunk: NumPy makes indices of 8 bytes of all it is given at once.
            count = min(int(self._ends[span]) - place, len(selected) - done, CHUNK)
            start = int(self._starts[span]) + place - before
            selected[done : done + count] = self._table[self._ids[start : start + count]]
            done += count
            span += place + count == self._ends[span]
        return selected


class StoredIds:
    """A file of token ids, of which memory holds only what is looked at.

    Slices are read, not mapped: pages of a mapped file would count as this process's memory.

    Args:
        path: the file, whose ids have no header and are little-endian.
        dtype: their type.
        count: how many there are.
    """

    def __init__(self, path: Path, dtype: np.dtype[np.unsignedinteger], count: int) -> None:
        self._path = path
        self._count = count
        self._file: IO[bytes] | None = None
        self.dtype = dtype.newbyteorder("<")

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, wanted: slice) -> Unsigned:
        begin, end, _ = wanted.indices(self._count)
        width = self.dtype.itemsize
        size = max(0, end - begin) * width
        try:
            if self._file is None:
                self._file = self._path.open("rb", buffering=0)
            data = _read_at(self._file, begin * width, size)
        except OSError as error:
            raise DataError(
                f"cannot read the encoded text at {str(self._path)!r}: {error.strerror}"
            ) from error
        if len(data) < size:
            raise DataError(
                f"the encoded text at {str(self._path)!r} ends too early: "
                "remove that folder and start again"
            )
        return np.frombuffer(data, self.dtype)

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "_file": None}


def _read_at(file: IO[bytes], offset: int, size: int) -> bytes:
    """The bytes there, fewer only at the file's end; processes that share the file do no harm."""
    parts = []
    while size > 0 and (data := os.pread(file.fileno(), size, offset)):
        parts.append(data)
        offset += len(data)
        size -= len(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)


@dataclass(frozen=True)
class Ragged:
    """Token ids of documents one after another.

    Attributes:
        ids: of all documents, (N,), the smallest unsigned type.
        offsets: where document i begins and ends: offsets[i] and offsets[i+1], (n+1,) int64.
    """

    ids: TokenIds
    offsets: Integers

    @property
    def documents(self) -> int:
        """n, the number of documents or pieces."""
        return len(self.offsets) - 1

    @property
    def characters(self) -> int:
        """N, the number of tokens: characters, bytes or words."""
        return len(self.ids)

    @property
    def lengths(self) -> Integers:
        """Tokens of each document, (n,)."""
        return np.diff(self.offsets)


@dataclass(frozen=True)
class EncodedSplit(Ragged):
    """One split of a corpus, encoded: the text, and the fields that lie parallel to it.

    Attributes:
        labels: index of each document's label, (n,) int64; None if unlabelled.
        tags: of each token 1 + the index of its tag, 0 where none is told, (N,); None without tags.
        targets: of each document the text that it is to be turned into; None without.
        texts: with targets, of each document a number that those of the same text share, (n,).

    In the stream layout a "document" is the piece of one that fell into the split.
    """

    labels: Integers | None
    tags: Unsigned | None = None
    targets: Ragged | None = None
    texts: Integers | None = None

    @property
    def predictions(self) -> int:
        """Tokens of a stream that are predicted: all but each document's first."""
        return max(0, self.characters - self.documents)


def flat_offsets(lengths: npt.ArrayLike) -> Integers:
    """Offsets (n+1,) of documents of these lengths (n,) that lie one after another."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def chosen_documents(encoded: EncodedSplit, places: Integers) -> EncodedSplit:
    """Some documents of a split, in this order, with their fields."""

    def some(values: TokenIds, offsets: Integers) -> Unsigned:
        bounds = zip(offsets[places].tolist(), offsets[places + 1].tolist(), strict=True)
        pieces = [values[begin:end] for begin, end in bounds]
        return np.concatenate(pieces) if pieces else values[:0]

    def part(values: Integers | None) -> Integers | None:
        return None if values is None else values[places]

    targets = encoded.targets
    if targets is not None:
        targets = Ragged(some(targets.ids, targets.offsets), flat_offsets(targets.lengths[places]))
    return EncodedSplit(
        some(encoded.ids, encoded.offsets),
        flat_offsets(encoded.lengths[places]),
        part(encoded.labels),
        None if encoded.tags is None else some(encoded.tags, encoded.offsets),
        targets,
        part(encoded.texts),
    )


def cut_windows(encoded: EncodedSplit, seq_len: int) -> EncodedSplit:
    """Cuts every document into ceil(length / seq_len) windows of nearly equal length.

    Windows of a document differ by at most one character, none exceeds ``seq_len``, and every
    character stands in exactly one. A window has its document's label and its tokens' tags.
    """
    lengths = encoded.lengths
    counts = -(-lengths // seq_len)
    document = np.repeat(np.arange(len(lengths)), counts)
    place = np.arange(len(document)) - np.repeat(flat_offsets(counts)[:-1], counts)
    starts = encoded.offsets[:-1][document] + place * lengths[document] // counts[document]
    offsets = np.append(starts, encoded.characters)
    labels = None if encoded.labels is None else encoded.labels[document]
    return EncodedSplit(encoded.ids, offsets, labels, encoded.tags)


def count_windows(encoded: EncodedSplit, seq_len: int, classes: int) -> Integers:
    """How many windows of each label `cut_windows` gives, (classes,), without making them."""
    if encoded.labels is None:
        return np.zeros(classes, dtype=np.int64)
    windows = -(-encoded.lengths // seq_len)
    return np.bincount(encoded.labels, windows, classes).astype(np.int64)
