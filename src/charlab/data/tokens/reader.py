"""The reader: documents become token ids in one pass, whether they fit into memory or not."""

import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Required, TypedDict

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import (
    SHORT_DOCUMENT,
    SPLITS,
    AnyDocument,
    Document,
    LongDocument,
)
from charlab.data.documents.normalize import (
    check_steps,
    normalize_label,
    normalize_tagged,
    normalize_text,
)
from charlab.data.tokens import tokenizer
from charlab.data.tokens.cache import CorpusCache, digest_of, read_entry
from charlab.data.tokens.chunks import normalized_pieces
from charlab.data.tokens.fields import FieldReader
from charlab.data.tokens.limit import Allowance
from charlab.data.tokens.tokenized import (
    UNASSIGNED,
    TokenizedText,
    fingerprint,
    index_labels,
    text_key,
)
from charlab.data.tokens.tokenizer import Unsigned
from charlab.data.tokens.utf8_bytes import utf8_bytes
from charlab.data.tokens.vocabulary import utf8_of

LARGE = 2**25  # characters that are held in memory at most, unless documents are short
PIECE = 2**18  # characters that are tokenized together


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
    held = _SinglePass(settings, ids.append, fields=fields)
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
        stored = _SinglePass(settings, writer.append, writer.drop, several=several)
        stored.read(documents)
        about, read = stored.facts()
        key = digest_of(json.dumps(about))[:40]
        return writer.finish({**about, "symbols": stored.tokens()}, read, key)


def _with_only(fields: Sequence[str], document: AnyDocument) -> AnyDocument:
    """A document without the fields that are not wanted."""
    if not isinstance(document, Document) or not document.has_fields:
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


class _SinglePass:
    """One pass over documents: token ids go elsewhere, everything else is small and stays here.

    Args:
        settings: "unit", what a token is; "steps", checked normalization steps; "distinct",
            whether a text that comes again with the same label and fields counts once.
        append: takes the ids of the next tokens.
        drop: takes so many of them back; None where texts are held, to be known before.
        several: whether there may be a second document, to be compared with the first.
        fields: takes what lies parallel to the texts.

    Attributes:
        keys: of each document its text, or the sha256 of what is not held.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        append: Callable[[Unsigned], None],
        drop: Callable[[int], None] | None = None,
        *,
        several: bool = True,
        fields: FieldReader | None = None,
    ) -> None:
        self._fields = fields
        self._settings = settings
        self._unit: str = settings["unit"]
        self._tokenizer = tokenizer(self._unit)
        self._append = append
        self._drop = drop
        self._several = several
        self._digest = hashlib.sha256()
        self._dropped: Counter[str] = Counter()
        self._emptied = self._repeats = 0
        self._met: set[tuple[Any, ...]] = set()
        self.keys: list[Any] = []
        self._labels: list[str | None] = []
        self._parts: list[int] = []
        self._characters: list[int] = []
        self._lengths: list[int] = []

    def read(self, documents: Iterable[AnyDocument]) -> None:
        """Adds documents, except those of which nothing is left or that are to count once."""
        lot: list[str] = []  # short texts are tokenized together
        size = 0
        for document in documents:
            if isinstance(document, Document):
                document = self._normalize(document)
                text = document.text
                key = text if self._drop is None else hashlib.sha256(utf8_of(text)).digest()
                blank = not text.strip() or document.target == ""
                if self._keep(document, key, len(text), blank=blank):
                    if self._fields is not None and document.has_fields:
                        self._fields.add(document, len(self.keys) - 1)
                    lot.append(text)
                    size += len(text)
                if size < PIECE:
                    continue
            self._tokenize(lot)
            lot, size = [], 0
            if isinstance(document, LongDocument):
                self._read_long(document)
        self._tokenize(lot)

    def _normalize(self, document: Document) -> Document:
        steps, tags = self._settings["steps"], document.tags
        if tags is None:
            text = normalize_text(document.text, steps, self._dropped)
        else:
            text, tags = normalize_tagged(document.text, tags, steps, self._dropped)
        if document.target is None:
            return document._replace(text=text, tags=tags)
        target = normalize_text(document.target, steps, Counter()).strip()
        return document._replace(text=text, tags=tags, target=target)

    def _keep(self, document: AnyDocument, key: Any, characters: int, *, blank: bool) -> bool:
        """Notes a document, unless it is blank or is to count once; whether it did."""
        if blank:
            self._emptied += 1
            return False
        part = UNASSIGNED if document.split is None else SPLITS.index(document.split)
        label = document.label and normalize_label(document.label)
        if self._settings["distinct"]:
            rest: tuple[object, ...] = ()
            if isinstance(document, Document) and document.has_fields:
                rest = document.target, tuple(document.tags or ())
            met = key, label, part, rest
            if met in self._met:
                self._repeats += 1
                return False
            self._met.add(met)
        self.keys.append(key)
        self._labels.append(label)
        self._parts.append(part)
        self._characters.append(characters)
        return True

    def _read_long(self, document: LongDocument) -> None:
        before, own = self._digest.copy(), hashlib.sha256()
        tokens, characters, blank = 0, 0, True
        pieces = normalized_pieces(
            document, self._settings["steps"], self._dropped, self._tokenizer
        )
        for piece, utf8 in pieces:
            blank = blank and piece.isspace()
            characters += len(piece)
            if self._several:
                own.update(utf8)
            tokens += self._add(piece, utf8)
        if self._keep(document, own.digest(), characters, blank=blank):
            self._lengths.append(tokens)
        elif self._drop is not None:
            self._drop(tokens)
            self._digest = before

    def _tokenize(self, texts: list[str]) -> None:
        """Takes in whole texts."""
        if self._unit in ("word", "symbol"):
            self._lengths += [sum(map(self._add, self._cut(text))) for text in texts]
            return
        # Characters and bytes need no borders: many short texts are one.
        joined = "".join(texts)
        for begin in range(0, len(joined), PIECE):
            self._add(joined[begin : begin + PIECE])
        self._lengths += map(len if self._unit == "char" else _count_bytes, texts)

    def _cut(self, text: str) -> Iterator[str]:
        """A text in pieces that cut no token."""
        while len(text) > PIECE:
            cut = self._tokenizer.cut(text[:PIECE]) or len(text)
            yield text[:cut]
            text = text[cut:]
        yield text

    def _add(self, piece: str, utf8: bytes | None = None) -> int:
        """Takes in a piece of text; how many tokens it has."""
        utf8 = utf8_of(piece) if utf8 is None else utf8
        self._digest.update(utf8)
        token_ids = self._tokenizer.token_ids(piece, utf8)
        self._append(token_ids)
        return len(token_ids)

    def facts(self) -> tuple[dict[str, Any], npt.NDArray[np.int64]]:
        """Plain data about all documents; a row for each (`TokenizedText.of`)."""
        parts = np.array(self._parts, np.int8)
        labels, label_ids = index_labels(self._labels, parts)
        about = {
            "settings": self._settings,
            "dropped": dict(self._dropped),
            "emptied": self._emptied,
            "repeats": self._repeats,
            "duplicates": len(self.keys) - len(set(self.keys)),
            "labels": list(labels),
            "fingerprint": fingerprint(self._digest, self._characters, labels, label_ids, parts),
        }
        ids = np.full(len(parts), -1) if label_ids is None else label_ids
        keys = [0 if self._drop is None else text_key(key) for key in self.keys]
        columns = self._lengths, self._characters, self._parts, keys, ids
        return about, np.column_stack([np.asarray(each, np.int64) for each in columns])

    def tokens(self) -> list[str]:
        """The token of each id, (S,)."""
        return self._tokenizer.tokens()


def _count_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(utf8_bytes(text))
