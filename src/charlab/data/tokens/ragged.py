"""Text as flat arrays. No Python object per document exists from here on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.store import StoredIds

Ids = npt.NDArray[np.unsignedinteger] | StoredIds


@dataclass(frozen=True)
class EncodedSplit:
    """One split of a corpus, encoded.

    Attributes:
        ids: tokens of all documents one after another, (N,), the smallest unsigned type. Those of
            a large stream stay in a file: a slice without a step gives an array either way.
        offsets: where document i begins and ends: offsets[i] and offsets[i+1], (n+1,) int64.
        labels: index of each document's label, (n,) int64; None if unlabelled.

    In the stream layout a "document" is the piece of one that fell into the split.
    """

    ids: Ids
    offsets: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64] | None

    @property
    def documents(self) -> int:
        """n, the number of documents or pieces."""
        return len(self.offsets) - 1

    @property
    def characters(self) -> int:
        """N, the number of tokens: characters, bytes or words."""
        return len(self.ids)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens of each document, (n,)."""
        return np.diff(self.offsets)

    @property
    def predictions(self) -> int:
        """Tokens of a stream that are predicted: all but each document's first."""
        return max(0, self.characters - self.documents)

    @property
    def array(self) -> npt.NDArray[np.unsignedinteger]:
        """All ids in memory, (N,)."""
        return self.ids[:] if isinstance(self.ids, StoredIds) else self.ids


def chunks(ids: Ids, size: int) -> Iterator[tuple[int, npt.NDArray[np.unsignedinteger]]]:
    """The ids piece by piece: where each begins, and at most ``size`` ids of it."""
    for begin in range(0, len(ids), size):
        yield begin, ids[begin : begin + size]


def flat_offsets(lengths: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Offsets (n+1,) of documents of these lengths (n,) that lie one after another."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def cut_windows(encoded: EncodedSplit, seq_len: int) -> EncodedSplit:
    """Cuts every document into ceil(length / seq_len) windows of nearly equal length.

    Windows of a document differ by at most one character, none exceeds ``seq_len``, and every
    character stands in exactly one. A window has its document's label.
    """
    lengths = encoded.lengths
    counts = -(-lengths // seq_len)
    document = np.repeat(np.arange(len(lengths)), counts)
    place = np.arange(len(document)) - np.repeat(flat_offsets(counts)[:-1], counts)
    starts = encoded.offsets[:-1][document] + place * lengths[document] // counts[document]
    offsets = np.append(starts, encoded.characters)
    labels = None if encoded.labels is None else encoded.labels[document]
    return EncodedSplit(encoded.ids, offsets, labels)


def count_windows(encoded: EncodedSplit, seq_len: int, classes: int) -> npt.NDArray[np.int64]:
    """How many windows of each label `cut_windows` gives, (classes,), without making them."""
    if encoded.labels is None:
        return np.zeros(classes, dtype=np.int64)
    counts = np.zeros(classes, dtype=np.int64)
    np.add.at(counts, encoded.labels, -(-encoded.lengths // seq_len))
    return counts


def smallest_unsigned(size: int) -> np.dtype[np.unsignedinteger]:
    """The smallest unsigned type that holds the ids 0 … size-1."""
    return np.min_scalar_type(max(size - 1, 0))


def smallest_signed(token_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.signedinteger]:
    """The same numbers (none negative) in the smallest signed type that holds them."""
    largest = int(token_ids.max(initial=0))
    return token_ids.astype(np.min_scalar_type(-largest - 1))
