"""The reader: documents become token ids in one pass, whether they fit into memory or not."""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Required, TypedDict, Unpack

import numpy as np

from charlab.data.documents.document import SHORT_DOCUMENT, AnyDocument, Document, LongDocument
from charlab.data.documents.normalize import check_steps
from charlab.data.tokens.cache import CorpusCache, digest_of, read_entry
from charlab.data.tokens.single_pass import SinglePass
from charlab.data.tokens.tokenized import TokenizedText
from charlab.data.tokens.tokenizer import Unsigned
from charlab.errors import DataError

LARGE = 2**25  # characters that are held in memory at most, unless documents are short


class ReaderOptions(TypedDict, total=False):
    """How documents are read.

    Attributes:
        normalize: steps of `check_steps`.
        unit: what a token is: "char", "byte" or "word".
        distinct: whether a text that comes again with the same label counts once. Otherwise how
            often it comes is information, for training as for every figure.
        limit: characters of each part that are read; None: all.
        cache: where large texts are kept; None: in the user's cache folder.
        announce: told what takes long.
    """

    normalize: Required[str]
    unit: str
    distinct: bool
    limit: int | None
    cache: CorpusCache | None
    announce: Callable[[str], object]


def tokenize_documents(
    docs: Iterable[AnyDocument], *, sequences: bool, **options: Unpack[ReaderOptions]
) -> TokenizedText:
    """Reads, normalizes and tokenizes documents.

    The ids of what fits are held in memory; of all else they go piece by piece into a file of
    the cache, from which the same files need not be read again.

    Args:
        docs: the documents.
        sequences: whether they are to be examples of their own.
        options: how they are read.

    Raises:
        ConfigError: if a setting cannot be.
        DataError: if a text cannot be read, or none is left.
    """
    text = _tokenize(docs, sequences=sequences, **options)
    if not len(text.lengths):
        raise DataError(
            f"no text is left after dataset.normalize={options['normalize']} "
            f"({text.emptied} documents were emptied): "
            "check dataset.path or choose another normalization"
        )
    return text


def _tokenize(
    docs: Iterable[AnyDocument],
    *,
    sequences: bool,
    normalize: str,
    unit: str = "char",
    distinct: bool = False,
    limit: int | None = None,
    cache: CorpusCache | None = None,
    announce: Callable[[str], object] = lambda text: None,
) -> TokenizedText:
    settings = {"unit": unit, "steps": [*check_steps(normalize)], "distinct": distinct}
    allowance = Allowance(limit)
    rest = iter(docs)
    taken, some_long, whole = _take(rest, sequences=sequences)
    if whole and (not some_long or (limit is not None and limit <= LARGE)):
        ids: list[Unsigned] = [np.empty(0, np.uint8)]
        held = SinglePass(settings, ids.append)
        held.read(map(_held, allowance.cut(_emptying(taken))))
        return held.text(np.concatenate(ids))
    store = cache or CorpusCache()

    def write(documents: Iterable[AnyDocument], *, several: bool = True) -> Path:
        announce(f"encoding a large text, once, into {store.folder}")
        with store.write() as writer:
            stored = SinglePass(settings, writer.append, writer.drop, several=several)
            stored.read(allowance.cut(documents))
            return stored.store(writer)

    if whole:
        identity = json.dumps([settings, limit, [*map(_identity, taken)]])
        entry = store.recall(identity, lambda: write(taken, several=len(taken) > 1))
    else:
        entry = write(chain(_emptying(taken), rest))
    about, read, token_ids = read_entry(entry)
    return TokenizedText.of(about, read, token_ids, folder=entry)


def _take(docs: Iterator[AnyDocument], *, sequences: bool) -> tuple[deque[AnyDocument], bool, bool]:
    """Takes documents until there are no more, or too many to hold.

    Short documents are held however many they are: they are assigned to splits by their text.

    Returns:
        The documents; whether some are too long to hold; whether there are no more.
    """
    taken: deque[AnyDocument] = deque()
    count = short = characters = 0
    for document in docs:
        taken.append(document)
        if isinstance(document, LongDocument):
            continue
        count += 1
        short += len(document.text) <= SHORT_DOCUMENT
        characters += len(document.text)
        if characters > LARGE and not sequences and 2 * short < count:
            return taken, True, False
    return taken, len(taken) > count, True


def _emptying(taken: deque[AnyDocument]) -> Iterator[AnyDocument]:
    """The documents, let go one by one."""
    while taken:
        yield taken.popleft()


def _held(document: AnyDocument) -> Document:
    """A document with its whole text."""
    if isinstance(document, LongDocument):
        return Document("".join(document.pieces()), document.label, document.split)
    return document


def _identity(document: AnyDocument) -> list[object]:
    """What stays the same as long as a document does."""
    if isinstance(document, LongDocument):
        return [list(document.identity), document.label, document.split]
    return [digest_of(document.text), document.label, document.split]


class Allowance:
    """How many characters may still be read; each part that the data itself sets apart has its own.

    Characters are counted as they are read, before normalization.

    Args:
        limit: of each part; None: no limit.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._spent: Counter[str | None] = Counter()

    def cut(self, documents: Iterable[AnyDocument]) -> Iterator[AnyDocument]:
        """Documents as far as they may be read, each to be read before the next is taken.

        A short document that does not fit is left out, unless it would be the first.
        """
        for document in documents:
            left = self._left(document)
            if self._limit is None:
                yield document
            elif isinstance(document, LongDocument):
                if left:
                    yield replace(document, pieces=partial(self._pieces, document), utf8=None)
            elif len(document.text) <= left:
                self._spent[document.split] += len(document.text)
                yield document
            else:
                self._spent[document.split] = self._limit  # nor may anything that comes later
                first = left == self._limit
                if left and (first or len(document.text) > SHORT_DOCUMENT):
                    yield document._replace(text=document.text[:left])

    def _left(self, document: AnyDocument) -> int:
        return (self._limit or 0) - self._spent[document.split]

    def _pieces(self, document: LongDocument) -> Iterator[str]:
        for piece in document.pieces():
            fitting = piece[: self._left(document)]
            self._spent[document.split] += len(fitting)
            if fitting:
                yield fitting
            if fitting != piece:
                return
