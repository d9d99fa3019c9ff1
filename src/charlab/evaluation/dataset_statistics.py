"""What a text is made of, in metrics: to know one's data, and what a model has to beat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit, Ragged, chunks
from charlab.data.tokens.vocabulary import EOS, FIRST, NAMES, UNK, Vocabulary
from charlab.evaluation.ngram_counts import (
    EventCounts,
    count_events,
    count_keys,
    list_events,
    predictions,
)

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
ORDERS = ("unigram", "bigram", "trigram")
_CHUNK = 2**20

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Entropies:
    """How uncertain the next token is when so many before it are known, in bits per token.

    Conditional entropies of the text's own relative frequencies (Shannon 1951, "Prediction and
    entropy of printed English"). A model that has seen as much before a token and has learnt
    nothing else cannot do better on this very text; on new text these counts do worse.

    Attributes:
        bits: by "unigram", "bigram", "trigram".
        counted: predictions that they stand on.
        predictions: predictions that there are.
    """

    bits: dict[str, float]
    counted: int
    predictions: int


@dataclass(frozen=True)
class Inspection:
    """A corpus in metrics.

    Attributes:
        tokens: each token with its count, the most frequent first; unknown ones are left out.
        unknown: tokens that the vocabulary lacks.
        labels: each label with its documents, by label.
        tags: each tag with how often it is told, by tag; () without.
        target_tokens: as ``tokens``, of the documents' targets; () without.
        target_lengths: tokens of each target, (n,); (0,) without.
        lengths: tokens of each document or piece, (n,).
        entropies: of the text.
    """

    tokens: tuple[tuple[str, int], ...]
    unknown: int
    labels: tuple[tuple[str, int], ...]
    tags: tuple[tuple[str, int], ...]
    target_tokens: tuple[tuple[str, int], ...]
    target_lengths: Ints
    lengths: Ints
    entropies: Entropies


def length_quantiles(lengths: Ints) -> dict[float, int]:
    """Tokens that so large a share of the documents (or targets) does not exceed."""
    values = np.quantile(lengths, QUANTILES, method="inverted_cdf")
    return dict(zip(QUANTILES, values.astype(int).tolist(), strict=True))


def inspect_corpus(corpus: Corpus) -> Inspection:
    """Counts all parts of a corpus."""
    parts = list(corpus.splits.values())
    counts = _count_ids(parts, corpus.vocabulary.size)
    of_label = np.zeros(len(corpus.labels), dtype=np.int64)
    for part in parts:
        if part.labels is not None:
            of_label += np.bincount(part.labels, minlength=len(of_label))
    targets = [part.targets for part in parts if part.targets is not None]
    written = corpus.target_vocabulary
    return Inspection(
        tokens=_most_frequent_first(corpus.vocabulary, counts),
        unknown=int(counts[UNK]),
        labels=tuple(zip(corpus.labels, of_label.tolist(), strict=True)),
        tags=_count_tags(corpus),
        target_tokens=()
        if written is None
        else _most_frequent_first(written, _count_ids(targets, written.size)),
        target_lengths=np.concatenate([np.empty(0, np.int64), *(t.lengths for t in targets)]),
        lengths=np.concatenate([part.lengths for part in parts]),
        entropies=entropies(corpus.splits["train"], corpus.layout, corpus.vocabulary.size),
    )


def entropies(encoded: EncodedSplit, layout: str, vocabulary_size: int) -> Entropies:
    """Entropies of a split's predictions; of a text too large for it, of its first stretch."""
    counts = next(_counts(encoded, layout, vocabulary_size), None)
    total = predictions(encoded, layout)
    if counts is None:
        return Entropies(dict.fromkeys(ORDERS, 0.0), 0, total)
    events, V = counts.events, vocabulary_size
    bits = {
        name: _conditional_entropy(events.context(order, V), events.target, counts.counts, V)
        for order, name in enumerate(ORDERS)
    }
    return Entropies(bits, counts.total, total)


class Bigrams(NamedTuple):
    """What follows what.

    Attributes:
        tokens: the most frequent, in the vocabulary's order, (n,).
        table: (n + 2, n + 2): the share of the column among all that follows the row. Rows are a
            document's begin, the tokens, all others; columns the tokens, all others, the end.
        others: how many tokens the others are.
        unit: what a token is ("character").
    """

    tokens: list[str]
    table: npt.NDArray[np.float64]
    others: int
    unit: str


def bigram_table(corpus: Corpus, most: int = 40) -> Bigrams:
    """Counts what follows what in the train part of a corpus.

    Args:
        corpus: the data.
        most: tokens at most that are counted one by one, the most frequent.
    """
    V = corpus.vocabulary.size
    train = corpus.splits["train"]
    counts = _count_ids([train], V)
    others = np.count_nonzero(counts) - bool(counts[EOS])
    counts[[EOS, UNK]] = 0
    shown = np.sort(np.argsort(-counts, kind="stable")[:most])
    shown = shown[counts[shown] > 0]
    n = len(shown)
    row, column = np.full(V, n + 1), np.full(V, n)
    row[shown], column[shown] = np.arange(n) + 1, np.arange(n)
    row[EOS], column[EOS] = 0, n + 1
    table = np.zeros((n + 2, n + 2))
    stretch = next(_counts(train, corpus.layout, V), None)
    if stretch is not None:
        events = stretch.events
        np.add.at(table, (row[events.last], column[events.target]), stretch.counts)
    names = [corpus.vocabulary.tokens[i - FIRST] for i in shown.tolist()]
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    return Bigrams(names, shares, int(others) - n, NAMES[corpus.vocabulary.unit].removesuffix("s"))


def _counts(encoded: EncodedSplit, layout: str, size: int) -> Iterator[EventCounts]:
    return count_events(list_events(encoded, layout), size, labelled=False)


def _count_tags(corpus: Corpus) -> tuple[tuple[str, int], ...]:
    counts = np.zeros(len(corpus.tags) + 1, dtype=np.int64)
    for part in corpus.splits.values():
        if part.tags is not None:
            counts += np.bincount(part.tags, minlength=len(counts))
    return tuple(zip(corpus.tags, counts[1:].tolist(), strict=True))


def _most_frequent_first(vocabulary: Vocabulary, counts: Ints) -> tuple[tuple[str, int], ...]:
    """The tokens that occur, each with its count."""
    known = zip(vocabulary.tokens, counts[FIRST:].tolist(), strict=True)
    found = [(token, count) for token, count in known if count]
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))


def _count_ids(parts: Sequence[Ragged], size: int) -> Ints:
    counts = np.zeros(size, dtype=np.int64)
    for part in parts:
        for _, ids in chunks(part.ids, _CHUNK):
            counts += np.bincount(ids, minlength=size)
    return counts


def _conditional_entropy(contexts: Ints, targets: Ints, counts: Ints, size: int) -> float:
    """H(target | context) in bits: the mean of -log2(count(context, target) / count(context))."""
    pairs, pair_counts = count_keys(contexts * size + targets, counts)
    keys, context_counts = count_keys(contexts, counts)
    of_pair = context_counts[np.searchsorted(keys, pairs // size)]
    return float(pair_counts @ np.log2(of_pair / pair_counts) / counts.sum())
