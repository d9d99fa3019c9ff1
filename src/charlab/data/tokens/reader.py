"""The reader: documents become token ids in one pass, whether they fit into memory or not."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Required, TypedDict

import numpy as np

from charlab.data.documents.document import SHORT_DOCUMENT, AnyDocument, Document, LongDocument
from charlab.data.documents.normalize import check_steps
from charlab.data.tokens.cache import CorpusCache, digest_of, read_entry
from charlab.data.tokens.fields import FieldReader
from charlab.data.tokens.limit import Allowance
from charlab.data.tokens.single_pass import SinglePass
from charlab.data.tokens.tokenized import TokenizedText
from charlab.data.tokens.vocabulary import Unsigned

LARGE = 2**25  # characters that are held in memory at most, unless documents are short


class ReaderOptions(TypedDict, total=False):
    """How documents are read.

    Attributes:
        normalize: steps of `check_steps`.
        unit: what a token is: "char", "byte", "word" or "symbol".
        target_unit: the same of the texts that texts are to be turned into.
        fields: what is wanted of "tags" and "target"; the rest is left aside.
        distinct: whether a text that comes again with the same label and fields counts once.
            Otherwise how often it comes is information, for training as for every figure.
        limit: characters of each part that are read; None: all.
        cache: where large texts are kept; None: in the user's cache folder.
        announce: told what takes long.
    """

    normalize: Required[str]
    unit: str
    target_unit: str
    fields: Sequence[str]
    distinct: bool
    limit: int | None
    cache: CorpusCache | None
    announce: Callable[[str], object]


def tokenize_documents(
    docs: Iterable[AnyDocument],
    *,
    sequences: bool,
    normalize: str,
    unit: str = "char",
    target_unit: str = "char",
    fields: Sequence[str] = (),
    distinct: bool = False,
    limit: int | None = None,
    cache: CorpusCache | None = None,
    announce: Callable[[str], object] = lambda text: None,
) -> TokenizedText:
    """Reads, normalizes and tokenizes documents, as `ReaderOptions` says.

    The ids of what fits are held in memory; of all else they go piece by piece into a file of
    the cache, from which the same files need not be read again. ``sequences`` says that the
    documents are to be examples of their own.

    Raises:
        ConfigError, DataError: if a setting or a text cannot be.
    """
    settings = {"unit": unit, "steps": [*check_steps(normalize)], "distinct": distinct}
    allowance = Allowance(limit)
    rest = (_with_only(fields, document) for document in docs)
    taken, some_long, whole = _take(rest, sequences=sequences)
    parallel = any(isinstance(doc, Document) and doc.has_fields for doc in taken)
    if whole and (not some_long or parallel or (limit is not None and limit <= LARGE)):
        return _hold(allowance.cut(_emptying(taken)), settings, FieldReader(unit, target_unit))
    store = cache or CorpusCache()

    def write(documents: Iterable[AnyDocument], *, several: bool = True) -> Path:
        announce(f"encoding a large text, once, into {store.folder}")
        return _store(allowance.cut(documents), settings, store, several=several)

    if whole:
        identity = json.dumps([settings, limit, [*map(_identity, taken)]])
        entry = store.recall(identity, lambda: write(taken, several=len(taken) > 1))
    else:
        entry = write(chain(_emptying(taken), rest))
    about, read, token_ids = read_entry(entry)
    return TokenizedText.of(about, read, token_ids, folder=entry)


def _hold(
    documents: Iterable[AnyDocument], settings: dict[str, Any], fields: FieldReader
) -> TokenizedText:
    """Documents with their ids in memory, and what lies parallel to them."""
    ids: list[Unsigned] = [np.empty(0, np.uint8)]
    held = SinglePass(settings, ids.append, fields=fields)
    held.read(map(_held, documents))
    about, read = held.facts()
    about["symbols"] = held.tokens()
    text = TokenizedText.of(about, read, np.concatenate(ids), texts=held.keys)
    return text.with_fields(fields.fields(len(held.keys)))


def _store(
    documents: Iterable[AnyDocument], settings: dict[str, Any], store: CorpusCache, *, several: bool
) -> Path:
    """Documents as an entry of the cache, with their ids written piece by piece."""
    with store.write() as writer:
        stored = SinglePass(settings, writer.append, writer.drop, several=several)
        stored.read(documents)
        about, read = stored.facts()
        key = digest_of(json.dumps(about))[:40]
        return writer.finish({**about, "symbols": stored.tokens()}, read, key)


def _with_only(fields: Sequence[str], document: AnyDocument) -> AnyDocument:
    """A document without the fields that are not wanted."""
    if isinstance(document, LongDocument) or not document.has_fields:
        return document
    return document._replace(
        tags=document.tags if "tags" in fields else None,
        target=document.target if "target" in fields else None,
    )


def _take(docs: Iterator[AnyDocument], *, sequences: bool) -> tuple[deque[AnyDocument], bool, bool]:
    """Takes documents until there are no more, or too many to hold.

    Short documents are held however many they are: they are assigned to splits by their text.
    So are those with more fields than text and label.

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
        short += len(document.text) <= SHORT_DOCUMENT or document.has_fields
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
