"""A text as token ids, before it is known which of its tokens a model will have.

n documents, N tokens of all of them, S distinct ones.
"""

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import SPLITS
from charlab.data.tokens.fields import NO_FIELDS, Fields
from charlab.data.tokens.ragged import TokenIds, chunks, flat_offsets
from charlab.data.tokens.vocabulary import Integers, Unsigned, utf8_of
from charlab.errors import DataError
from charlab.system.files import write_atomically

UNASSIGNED = -1  # the part of a document that the data puts into none


@dataclass(frozen=True)
class TokenizedText:
    """Normalized documents as token ids.

    Attributes:
        unit: what a token is.
        token_ids: of all documents one after another, (N,).
        tokens: the token of each id, (S,); some may not occur.
        lengths: tokens of each document, (n,).
        characters: code points of each document, (n,).
        labels: all labels, sorted; empty if the documents have none.
        label_ids: each document's, (n,); None without labels.
        parts: the split that the data puts each document into, an index into `SPLITS`, or
            ``UNASSIGNED``, (n,).
        dropped: how often normalization dropped which character.
        emptied: documents of which it left nothing.
        repeats_dropped: documents left out because text, label and part had come before.
        duplicates: documents whose text an earlier one has too.
        fingerprint: sha256 (hexadecimal) over texts, labels, parts and fields.
        fields: what lies parallel to the texts.
        texts: the documents' texts where they are at hand.
        keys: where they are not, `text_key` of each, (n,).
        folder: where the ids are kept, if on disk, and counts of them may be.
    """

    unit: str
    token_ids: TokenIds
    tokens: Sequence[str]
    lengths: Integers
    characters: Integers
    labels: tuple[str, ...]
    label_ids: Integers | None
    parts: npt.NDArray[np.int8]
    dropped: Mapping[str, int]
    emptied: int
    repeats_dropped: int
    duplicates: int
    fingerprint: str
    keys: Integers
    texts: Sequence[str] | None = None
    folder: Path | None = None
    fields: Fields = NO_FIELDS

    @classmethod
    def of(
        cls,
        about: Mapping[str, Any],
        documents: Integers,
        token_ids: TokenIds,
        *,
        texts: Sequence[str] | None = None,
        folder: Path | None = None,
    ) -> "TokenizedText":
        """What one pass over the documents gave.

        Args:
            about: plain data about all of them.
            documents: of each its tokens, characters, part, text's key and label, (n, 5).
            token_ids: of all of them.
            texts: where they are at hand.
            folder: where the ids are kept, if on disk.
        """
        lengths, characters, parts, keys, ids = documents.T
        return cls(
            unit=about["settings"]["unit"],
            token_ids=token_ids,
            tokens=about["symbols"],
            lengths=lengths,
            characters=characters,
            labels=tuple(about["labels"]),
            label_ids=ids if about["labels"] else None,
            parts=parts.astype(np.int8),
            dropped=about["dropped"],
            emptied=about["emptied"],
            repeats_dropped=about["repeats"],
            duplicates=about["duplicates"],
            fingerprint=about["fingerprint"],
            keys=np.ascontiguousarray(keys),
            texts=texts,
            folder=folder,
        )

    def with_fields(self, fields: Fields) -> "TokenizedText":
        """The same with what lies parallel to it."""
        both = f"{self.fingerprint} {fields.fingerprint}"
        own = hashlib.sha256(both.encode()).hexdigest() if fields.fingerprint else self.fingerprint
        return replace(self, fields=fields, fingerprint=own)

    def all_texts(self) -> Sequence[str]:
        """The documents' texts, read back where they are not at hand."""
        if self.texts is not None:
            return self.texts
        offsets = flat_offsets(self.lengths).tolist()
        return [self._text(begin, end) for begin, end in pairwise(offsets)]

    def all_keys(self) -> list[str]:
        """The same for documents of the same text, however they were read."""
        keys = self.keys
        if self.texts is not None:
            digests = (hashlib.sha256(utf8_of(text)).digest() for text in self.texts)
            keys = np.fromiter(map(text_key, digests), np.int64, len(self.texts))
        return [f"{key:016x}" for key in keys.view(np.uint64).tolist()]

    def _text(self, begin: int, end: int) -> str:
        token_ids = self.token_ids[begin:end]
        if self.unit == "byte":
            return token_ids.astype(np.uint8).tobytes().decode()
        between = " " if self.unit == "symbol" else ""
        return between.join([self.tokens[number] for number in token_ids.tolist()])


def text_key(digest: bytes) -> int:
    """A number of 64 bits, with a sign, for a text of this sha256."""
    return int.from_bytes(digest[:8], "little", signed=True)


def count_parts(text: TokenizedText, shares: Integers) -> Integers:
    """How often each token stands in each split, (3, S); on disk they are counted once.

    Args:
        text: the documents.
        shares: tokens of each document for each split, (n, 3), taken in this order.
    """
    shape = len(SPLITS), len(text.tokens)
    if text.folder is None:
        return _count_parts(text.token_ids, shares, shape)
    file = text.folder / f"counts-{hashlib.sha256(shares.tobytes()).hexdigest()[:16]}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        known: Integers = np.load(file)
        if known.shape == shape:
            return known
    counts = _count_parts(text.token_ids, shares, shape)
    with contextlib.suppress(OSError):  # a full disk: they are counted again the next time
        write_atomically(file, lambda stream: np.save(stream, counts))
    return counts


def _count_parts(token_ids: TokenIds, shares: Integers, shape: tuple[int, int]) -> Integers:
    counts = np.zeros(shape, dtype=np.int64)
    tokens = shape[1]
    ends = np.cumsum(shares.ravel())
    for begin, chunk in chunks(token_ids):
        end = begin + len(chunk)
        first, last = np.searchsorted(ends, [begin, end - 1], side="right")
        borders = np.clip(np.append(ends[first:last], end), begin, end)
        lengths = np.diff(borders, prepend=begin)
        parts = np.arange(first, last + 1) % len(SPLITS)
        if len(parts) == 1:
            counts[parts[0]] += count_token_ids(chunk, tokens)
            continue
        side = np.repeat(parts, lengths)
        both = np.bincount(chunk + side * tokens, minlength=counts.size)
        counts += both.reshape(shape)
    return counts


def count_token_ids(token_ids: Unsigned, size: int) -> Integers:
    """How often each id below ``size`` stands in an array, (size,)."""
    if token_ids.dtype.itemsize > 1 or size > 256 or len(token_ids) < 2**17:
        return np.bincount(token_ids, minlength=size).astype(np.int64, copy=False)
    # Two bytes at once take half as many steps.
    even = len(token_ids) // 2 * 2
    pairs = np.bincount(np.ascontiguousarray(token_ids[:even]).view(np.uint16), minlength=2**16)
    square = pairs.reshape(256, 256)
    counts: Integers = square.sum(axis=0) + square.sum(axis=1)
    counts[token_ids[even:]] += 1
    return counts[:size]


def index_labels(
    names: Sequence[str | None], parts: npt.NDArray[np.int8]
) -> tuple[tuple[str, ...], Integers | None]:
    """All labels, sorted, and each document's index among them.

    Documents that the data puts into val or test are to have labels that can be learnt; where
    nothing tells the other documents apart, they are like them.

    Raises:
        DataError: if only some documents have a label, or one of val or test is unknown.
    """
    given = parts > 0
    learnt = {name for name, apart in zip(names, given.tolist(), strict=True) if not apart}
    if len(learnt) == 1:
        names = list(learnt) * len(names)
    labels = tuple(sorted({name for name in names if name is not None}))
    if not labels:
        return (), None
    unlabelled = sum(name is None for name in names)
    if unlabelled:
        raise DataError(
            f"{unlabelled} of {len(names)} documents have no label: label all of them or none"
        )
    if strange := sorted(set(labels) - learnt):
        raise DataError(
            f"the label {strange[0]!r} stands in the val or test part alone: give the train part "
            "examples of it, or take it out of the others"
        )
    index = {label: i for i, label in enumerate(labels)}
    return labels, np.array([index[str(name)] for name in names], dtype=np.int64)


def fingerprint(
    texts: "hashlib._Hash",
    characters: npt.ArrayLike,
    labels: tuple[str, ...],
    label_ids: Integers | None,
    parts: npt.NDArray[np.int8],
) -> str:
    """Sha256 over texts, labels and parts, the same whatever the unit is.

    Args:
        texts: the digest of all texts, as `utf8_of` gives them, one after another.
        characters: of each document, (n,), to keep ("ab", "c") apart from ("a", "bc").
        labels: all of them.
        label_ids: each document's, (n,).
        parts: of each document, (n,).
    """
    digest = texts.copy()
    digest.update(np.asarray(characters, "<i8").tobytes())
    digest.update(utf8_of(repr(labels)))
    if label_ids is not None:
        digest.update(label_ids.astype("<i8").tobytes())
    if (parts != UNASSIGNED).any():
        digest.update(parts.tobytes())
    return digest.hexdigest()
