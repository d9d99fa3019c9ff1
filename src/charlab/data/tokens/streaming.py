"""Large texts become numbers in one pass, piece by piece, and stay in a file of the cache."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from charlab.data.documents.document import AnyDocument, LongDocument
from charlab.data.documents.limit import Allowance
from charlab.data.documents.normalize import NormalizationReport, normalize_label
from charlab.data.tokens.cache import (
    DOCUMENTS,
    TOKEN_IDS,
    CorpusCache,
    EntryWriter,
    digest_of,
    read_about,
)
from charlab.data.tokens.chunks import normalized_pieces, normalized_utf8
from charlab.data.tokens.incremental import IncrementalTokenizer, incremental_tokenizer, utf8_of
from charlab.data.tokens.store import StoredIds
from charlab.data.tokens.tokenized import (
    Fingerprint,
    TokenizedText,
    index_labels,
    part_of,
    text_key,
)
from charlab.errors import DataError


class StreamingRead:
    """How large texts are to be read.

    Args:
        cache: where what is read is kept.
        unit: what a token is.
        steps: checked normalization steps.
        distinct: whether a text that comes again with the same label counts once.
        announce: told what takes long.
    """

    def __init__(
        self,
        cache: CorpusCache,
        *,
        unit: str,
        steps: Sequence[str],
        distinct: bool,
        announce: Callable[[str], object],
    ) -> None:
        self._cache = cache
        self._settings = {"unit": unit, "steps": list(steps), "distinct": distinct}
        self._unit = unit
        self._steps = steps
        self._distinct = distinct
        self._announce = announce

    def recall(self, documents: Sequence[AnyDocument], allowance: Allowance) -> TokenizedText:
        """What was read from the same unchanged files before, or reads them now."""
        known = [_identity(document) for document in documents]
        identity = json.dumps([self._settings, allowance.limit, known])
        entry = self._cache.find(identity)
        if entry is None:
            with self._cache.alone(identity):
                entry = self._cache.find(identity)  # another process may have read them meanwhile
                if entry is None:
                    entry = self._read(documents, allowance, several=len(documents) > 1)
                    self._cache.remember(identity, entry)
        return _open(entry)

    def number(self, documents: Iterable[AnyDocument], allowance: Allowance) -> TokenizedText:
        """Reads documents."""
        return _open(self._read(documents, allowance, several=True))

    def _read(
        self, documents: Iterable[AnyDocument], allowance: Allowance, *, several: bool
    ) -> Path:
        self._announce(f"encoding a large text, once, into {self._cache.folder}")
        with self._cache.write() as writer:
            reading = _Pass(
                writer, self._unit, self._steps, distinct=self._distinct, several=several
            )
            for document in documents:
                reading.read(document, allowance)
            return reading.finish(self._settings)


class _Pass:
    """One reading: numbers go to the writer, everything else is small and stays here.

    Args:
        writer: of the entry.
        unit: what a token is.
        steps: checked normalization steps.
        distinct: whether a text that comes again with the same label counts once.
        several: whether there may be a second document, to be compared with the first.
    """

    def __init__(
        self,
        writer: EntryWriter,
        unit: str,
        steps: Sequence[str],
        *,
        distinct: bool,
        several: bool,
    ) -> None:
        self._writer = writer
        self._unit = unit
        self._tokenizer: IncrementalTokenizer = incremental_tokenizer(unit)
        self._steps = steps
        self._distinct = distinct
        self._several = several
        self._fingerprint = Fingerprint()
        self._dropped: Counter[str] = Counter()
        self._emptied = 0
        self._repeats = 0
        self._texts: set[bytes] = set()
        self._documents: set[tuple[bytes, str | None, int]] = set()
        self._labels: list[str | None] = []
        self._rows: list[tuple[int, int, int, int]] = []  # tokens, characters, part, text's key

    def read(self, document: AnyDocument, allowance: Allowance) -> None:
        """Adds a document, unless nothing is left of it or it is to count once."""
        before, fingerprint = self._writer.count, self._fingerprint.copy()
        given = allowance.given
        own = Fingerprint()
        characters, blank = 0, True
        for piece, utf8 in self._pieces(document, allowance):
            blank = blank and piece.isspace()
            characters += len(piece)
            self._fingerprint.update(utf8)
            if self._several:
                own.update(utf8)
            self._writer.append(self._tokenizer.token_ids(piece, utf8))
        label = document.label and normalize_label(document.label)
        key = (own.so_far(), label, part_of(document))
        repeated = self._distinct and key in self._documents
        if blank or repeated:
            self._writer.back_to(before)
            self._fingerprint = fingerprint
            self._repeats += not blank
            unread = allowance.limit is not None and allowance.given == given
            self._emptied += blank and not unread
            return
        self._texts.add(key[0])
        self._documents.add(key)
        self._labels.append(document.label)
        tokens = self._writer.count - before
        self._rows.append((tokens, characters, part_of(document), text_key(key[0])))

    def _pieces(self, document: AnyDocument, allowance: Allowance) -> Iterator[tuple[str, bytes]]:
        """A document's text, normalized and cut between tokens; and the same in UTF-8."""
        simple = allowance.limit is None and self._unit != "word"  # may be cut at any character
        if simple and isinstance(document, LongDocument) and document.utf8:
            yield from normalized_utf8(document, self._steps, self._dropped)
            return
        pieces = allowance.pieces(document)
        tokens = self._tokenizer.tokenizer
        for piece in normalized_pieces(pieces, self._steps, self._dropped, tokens):
            yield piece, utf8_of(piece)

    def finish(self, settings: Mapping[str, Any]) -> Path:
        """Makes the entry whole."""
        rows = np.array(self._rows, dtype=np.int64).reshape(-1, 4)
        parts = rows[:, 2].astype(np.int8)
        labels, label_ids = index_labels(self._labels, parts)
        about = {
            "settings": dict(settings),
            "dropped": dict(self._dropped),
            "emptied": self._emptied,
            "repeats": self._repeats,
            "duplicates": len(rows) - len(self._texts),
            "labels": list(labels),
            "fingerprint": self._fingerprint.finish(rows[:, 1], labels, label_ids, parts),
        }
        key = digest_of(json.dumps(about))[:40]
        ids = np.full(len(rows), -1) if label_ids is None else label_ids
        documents = np.column_stack([rows, ids])
        return self._writer.finish({**about, "symbols": self._tokenizer.tokens()}, documents, key)


def _open(entry: Path) -> TokenizedText:
    """A tokenized text whose numbers stay in their file.

    Raises:
        DataError: if it has been removed meanwhile.
    """
    try:
        about = read_about(entry)
        documents = np.load(entry / DOCUMENTS)
    except (OSError, ValueError) as error:
        raise DataError(
            f"the encoded text at {str(entry)!r} cannot be read: remove that folder and try again"
        ) from error
    lengths, characters, parts, keys, ids = documents.T
    whole = np.array([about["count"]])
    return TokenizedText(
        unit=about["settings"]["unit"],
        token_ids=StoredIds(
            entry / TOKEN_IDS, np.dtype(about["dtype"]), np.zeros(1, np.int64), whole
        ),
        tokens=about["symbols"],
        lengths=lengths,
        characters=characters,
        labels=tuple(about["labels"]),
        label_ids=ids if about["labels"] else None,
        parts=parts.astype(np.int8),
        normalization=NormalizationReport(Counter(about["dropped"]), about["emptied"]),
        repeats_dropped=about["repeats"],
        duplicates=about["duplicates"],
        fingerprint=about["fingerprint"],
        keys=np.ascontiguousarray(keys),
        folder=entry,
    )


def _identity(document: AnyDocument) -> list[object]:
    """What stays the same as long as a document does."""
    if isinstance(document, LongDocument):
        return [list(document.identity), document.label, document.split]
    return [digest_of(document.text), document.label, document.split]
