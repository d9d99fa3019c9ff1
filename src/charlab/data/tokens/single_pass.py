"""One pass over documents: they become token ids, and what is told of each is noted."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from charlab.data.documents.document import SPLITS, AnyDocument, Document, LongDocument
from charlab.data.documents.normalize import normalize_label, normalize_tagged, normalize_text
from charlab.data.tokens import tokenizer
from charlab.data.tokens.chunks import normalized_pieces
from charlab.data.tokens.fields import FieldReader
from charlab.data.tokens.tokenized import UNASSIGNED, fingerprint, index_labels, text_key
from charlab.data.tokens.utf8_bytes import utf8_bytes
from charlab.data.tokens.vocabulary import Integers, Unsigned, utf8_of

PIECE = 2**18  # characters that are tokenized together


class SinglePass:
    """Token ids go elsewhere, everything else is small and stays here.

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

    def facts(self) -> tuple[dict[str, Any], Integers]:
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
