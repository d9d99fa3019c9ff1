"""Predictions and what stands before them: listed piece by piece, counted in bounded memory.

V vocabulary size, n predictions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import EOS

Ints = npt.NDArray[np.int64]

CHUNK = 2**18  # predictions that are listed together
MOST_CELLS = 2**21  # of a table with a place for everything that could be
MOST_KEYS = 2**21  # different predictions in their contexts that are counted together


@dataclass(frozen=True)
class Events:
    """Predictions and what stands before them, all (n,).

    Attributes:
        before: the token before the last one; ``EOS`` where there is none.
        last: the token before the predicted one.
        target: the predicted token.
        label: its document's label; 0 if there are none.
        group: the document (sequences) or the hundredth of the stream that it belongs to.
    """

    before: Ints
    last: Ints
    target: Ints
    label: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.target)

    def where(self, mask: npt.NDArray[np.bool_]) -> "Events":
        """The predictions where ``mask`` (n,) is True."""
        columns = (self.before, self.last, self.target, self.label, self.group)
        return Events(*(column[mask] for column in columns))

    def context(self, order: int, vocabulary_size: int, *, labelled: bool = False) -> Ints:
        """The last ``order`` tokens (0 to 2), and perhaps the label, as one integer each."""
        V = vocabulary_size
        packed = self.before * V + self.last if order == 2 else self.last * order
        return packed + self.label * V**order if labelled else packed


@dataclass(frozen=True)
class EventCounts:
    """Different predictions in their contexts, and how often each occurs, (m,).

    Attributes:
        events: each once; they belong to no group.
        counts: how often.
    """

    events: Events
    counts: Ints

    @property
    def total(self) -> int:
        """n."""
        return int(self.counts.sum())


def predictions(encoded: EncodedSplit, layout: str) -> int:
    """How many predictions `list_events` lists."""
    if layout == "stream":
        return encoded.predictions
    return encoded.characters + encoded.documents


def list_events(encoded: EncodedSplit, layout: str, chunk: int = CHUNK) -> Iterator[Events]:
    """The predictions that a network is measured by too, about ``chunk`` at a time.

    Sequences: every token and the end mark. Stream: every token but each
    document's first.
    """
    return _of_stream(encoded, chunk) if layout == "stream" else _of_sequences(encoded, chunk)


def _of_stream(encoded: EncodedSplit, chunk: int) -> Iterator[Events]:
    n = encoded.characters - 1
    for begin in range(0, n, chunk):
        end = min(begin + chunk, n)
        # Prediction p is of token p + 1.
        ids = encoded.ids[max(begin - 1, 0) : end + 1].astype(np.int64)
        if begin == 0:
            ids = np.append(EOS, ids)
        labels = _labels_at(encoded, begin + 1, end + 1)
        events = Events(ids[:-2], ids[1:-1], ids[2:], labels, _hundredths(begin, end, n))
        yield _within_documents(events, encoded, begin, end)


def _within_documents(events: Events, encoded: EncodedSplit, begin: int, end: int) -> Events:
    """Predictions ``begin`` to before ``end`` without those of a document's first token.

    Nor does another document's last token stand before any.
    """
    firsts = encoded.offsets[1:-1]
    crossing, next_ = (
        firsts[slice(*np.searchsorted(firsts, [begin + shift, end + shift]))] - begin - shift
        for shift in (1, 0)
    )
    if not (len(crossing) or len(next_)):
        return events
    before = events.before.copy()
    before[next_] = EOS
    inside = np.ones(len(events), dtype=bool)
    inside[crossing] = False
    return replace(events, before=before).where(inside)


def _hundredths(begin: int, end: int, n: int) -> Ints:
    """p * 100 // n for every place p, (end - begin,); divisions of arrays are slow."""
    groups = np.arange(begin * 100 // n, (end - 1) * 100 // n + 1)
    starts = np.maximum(-(-groups * n // 100), begin)
    return np.repeat(groups, np.diff(starts, append=end))


def _labels_at(encoded: EncodedSplit, begin: int, end: int) -> Ints:
    """The label of the document that each token belongs to, (end - begin,)."""
    if encoded.labels is None:
        return np.zeros(end - begin, dtype=np.int64)
    first, last = np.searchsorted(encoded.offsets, [begin, end - 1], side="right") - 1
    borders = np.clip(encoded.offsets[first : last + 2], begin, end)
    return np.repeat(encoded.labels[first : last + 1], np.diff(borders))


def _of_sequences(encoded: EncodedSplit, chunk: int) -> Iterator[Events]:
    begin = 0
    while begin < encoded.documents:
        reach = encoded.offsets[begin] + chunk
        end = int(np.searchsorted(encoded.offsets, reach, side="right")) - 1
        end = max(begin + 1, min(end, encoded.documents))
        yield _of_documents(encoded, begin, end)
        begin = end


def _of_documents(encoded: EncodedSplit, first: int, last: int) -> Events:
    """Those of the documents from ``first`` to before ``last``."""
    bounds = encoded.offsets[first : last + 1]
    ids = encoded.ids[int(bounds[0]) : int(bounds[-1])].astype(np.int64)
    number = np.arange(last - first)
    labels = np.zeros_like(number) if encoded.labels is None else encoded.labels[first:last]
    # Two marks before each document and none after: the next one's first mark is its end mark.
    lengths = np.diff(bounds) + 2
    document = np.repeat(number, lengths)
    text = np.full(len(document) + 2, EOS, dtype=np.int64)
    text[np.arange(len(ids)) + 2 * np.repeat(number, lengths - 2) + 2] = ids
    # Position p predicts text[p + 2]; a document's last position would predict a second mark.
    real = np.ones(len(document), dtype=bool)
    real[np.cumsum(lengths) - 1] = False
    events = Events(text[:-2], text[1:-1], text[2:], labels[document], document + first)
    return events.where(real)


def count_events(
    chunks: Iterable[Events], vocabulary_size: int, *, labelled: bool
) -> Iterator[EventCounts]:
    """Counts predictions in their contexts.

    Args:
        chunks: the predictions.
        vocabulary_size: V.
        labelled: whether labels are to be told apart; else all are 0.

    Yields:
        Counts that together are those of all predictions: usually once, but where there are too
        many different ones for memory, those of one stretch of text after the other.
    """
    keys = _Keys(vocabulary_size)
    for events in chunks:
        packed = _pack(events, vocabulary_size, labelled)
        if len(packed):
            keys.add(packed)
        if keys.full:
            yield keys.take(labelled)
    if keys.any:
        yield keys.take(labelled)


class _Keys:
    """Counts packed predictions: in a table of all that can be, or sorted where that is too many.

    Args:
        vocabulary_size: V.
    """

    def __init__(self, vocabulary_size: int) -> None:
        self._size = vocabulary_size
        self._table: Ints = np.zeros(0, dtype=np.int64)
        self._sorted: list[tuple[Ints, Ints]] = []

    def add(self, packed: Ints) -> None:
        if int(packed.max()) < MOST_CELLS:
            counts = np.bincount(packed, minlength=len(self._table))
            counts[: len(self._table)] += self._table
            self._table = counts
            return
        self._sorted.append(count_keys(packed))
        first = len(self._sorted[0][0])
        if sum(len(keys) for keys, _ in self._sorted[1:]) > max(first, CHUNK):
            self._merge()

    @property
    def any(self) -> bool:
        return bool(len(self._table) or self._sorted)

    @property
    def full(self) -> bool:
        return bool(self._sorted) and len(self._sorted[0][0]) > MOST_KEYS

    def take(self, labelled: bool) -> EventCounts:
        keys = np.flatnonzero(self._table)
        self._sorted.append((keys, self._table[keys]))
        self._merge()
        keys, counts = self._sorted[0]
        self._table, self._sorted = np.zeros(0, dtype=np.int64), []
        return EventCounts(_unpack(keys, self._size), counts)

    def _merge(self) -> None:
        keys = np.concatenate([keys for keys, _ in self._sorted])
        counts = np.concatenate([counts for _, counts in self._sorted])
        self._sorted = [count_keys(keys, counts)]


def count_keys(keys: Ints, counts: Ints | None = None) -> tuple[Ints, Ints]:
    """Distinct keys, sorted, and how often each occurs (or the sum of its counts)."""
    if counts is None:
        small = int(keys.max(initial=0)) < 2**32  # sorts twice as fast
        distinct, sums = np.unique(keys.astype(np.uint32) if small else keys, return_counts=True)
        return distinct.astype(np.int64), sums.astype(np.int64)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[starts], np.add.reduceat(counts[order], starts) if len(keys) else counts


def _pack(events: Events, vocabulary_size: int, labelled: bool) -> Ints:
    """One integer for each prediction: label and three tokens fit into 63 bits.

    1,000 labels with 200,000 tokens would.
    """
    V = vocabulary_size
    packed: Ints = (events.before * V + events.last) * V + events.target
    return packed + events.label * V**3 if labelled else packed


def _unpack(keys: Ints, vocabulary_size: int) -> Events:
    rest, target = np.divmod(keys, vocabulary_size)
    rest, last = np.divmod(rest, vocabulary_size)
    label, before = np.divmod(rest, vocabulary_size)
    return Events(before, last, target, label, np.zeros_like(label))
