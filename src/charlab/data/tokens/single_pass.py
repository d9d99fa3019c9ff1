"""One pass over documents: normalized, told apart, tokenized and counted as they come."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import SPLITS, AnyDocument, Document, LongDocument
from charlab.data.documents.normalize import normalize_label, normalize_text
from charlab.data.tokens import tokenizer
from charlab.data.tokens.cache import EntryWriter, digest_of
from charlab.data.tokens.chunks import normalized_pieces
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

PIECE = 2**18  # characters that are tokenized together


class SinglePass:
    """Reads documents: their token ids go elsewhere, everything else is small and stays here.

    Args:
        settings: "unit", what a token is; "steps", checked normalization steps; "distinct",
            whether a text that comes again with the same label counts once.
        append: takes the ids of the next tokens.
        drop: takes so many of them back; None where texts are held, to be known before.
        several: whether there may be a second document, to be compared with the first.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        append: Callable[[Unsigned], None],
        drop: Callable[[int], None] | None = None,
        *,
        several: bool = True,
    ) -> None:
        self._settings = settings
        self._unit: str = settings["unit"]
        self._tokenizer = tokenizer(self._unit)
        self._append = append
        self._drop = drop
        self._several = several
        self._digest = hashlib.sha256()
        self._dropped: Counter[str] = Counter()
        self._emptied = self._repeats = 0
        self._met: set[tuple[Any, str | None, int]] = set()
        self._keys: list[Any] = []  # of each document its text, or the sha256 of what is not held
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
                text = normalize_text(document.text, self._settings["steps"], self._dropped)
                key = text if self._drop is None else hashlib.sha256(utf8_of(text)).digest()
                if self._keep(document, key, len(text), blank=not text.strip()):
                    lot.append(text)
                    size += len(text)
                if size < PIECE:
                    continue
            self._tokenize(lot)
            lot, size = [], 0
            if isinstance(document, LongDocument):
                self._read_long(document)
        self._tokenize(lot)

    def _keep(self, document: AnyDocument, key: Any, characters: int, *, blank: bool) -> bool:
        """Notes a document, unless it is blank or is to count once; whether it did."""
        if blank:
            self._emptied += 1
            return False
        part = UNASSIGNED if document.split is None else SPLITS.index(document.split)
        label = document.label and normalize_label(document.label)
        if self._settings["distinct"]:
            met = key, label, part
            if met in self._met:
                self._repeats += 1
                return False
            self._met.add(met)
        self._keys.append(key)
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
        if self._unit == "word":
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

    def text(self, token_ids: Unsigned) -> TokenizedText:
        """What was read, with the ids and the texts in memory."""
        about, documents = self._facts()
        about["symbols"] = self._tokenizer.tokens()
        return TokenizedText.of(about, documents, token_ids, texts=self._keys)

    def store(self, writer: EntryWriter) -> Path:
        """Makes the entry whole that the ids went to."""
        about, documents = self._facts()
        key = digest_of(json.dumps(about))[:40]
        return writer.finish({**about, "symbols": self._tokenizer.tokens()}, documents, key)

    def _facts(self) -> tuple[dict[str, Any], npt.NDArray[np.int64]]:
        """Plain data about the whole; a row for each document, (n, 5)."""
        parts = np.array(self._parts, np.int8)
        labels, label_ids = index_labels(self._labels, parts)
        ids = np.full(len(parts), -1) if label_ids is None else label_ids
        about = {
            "settings": self._settings,
            "dropped": dict(self._dropped),
            "emptied": self._emptied,
            "repeats": self._repeats,
            "duplicates": len(self._keys) - len(set(self._keys)),
            "labels": list(labels),
            "fingerprint": fingerprint(self._digest, self._characters, labels, label_ids, parts),
        }
        keys = [0 if self._drop is None else text_key(key) for key in self._keys]
        columns = self._lengths, self._characters, self._parts, keys, ids
        return about, np.column_stack([np.asarray(each, np.int64) for each in columns])


def _count_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(utf8_bytes(text))
