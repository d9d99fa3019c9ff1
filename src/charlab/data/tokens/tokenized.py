"""A text as token ids, before it is known which of its tokens a model will have.

n documents, N tokens of all of them, S distinct ones.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import SPLITS, AnyDocument
from charlab.data.documents.normalize import NormalizationReport, normalize_label
from charlab.data.tokens import tokenizer
from charlab.data.tokens.ragged import Ids, chunks, flat_offsets
from charlab.errors import DataError

UNASSIGNED = -1  # the part of a document that the data puts into none
CHUNK = 2**20  # tokens that are looked at together


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
        normalization: what it took away.
        repeats_dropped: documents left out because text, label and part had come before.
        duplicates: documents whose text an earlier one has too.
        fingerprint: sha256 (hexadecimal) over texts, labels and parts.
        texts: the documents' texts where they are at hand.
        keys: where they are not: `text_key` of each, (n,).
        folder: where the numbers are kept, if on disk, and figures about them may be.
    """

    unit: str
    token_ids: Ids
    tokens: Sequence[str]
    lengths: npt.NDArray[np.int64]
    characters: npt.NDArray[np.int64]
    labels: tuple[str, ...]
    label_ids: npt.NDArray[np.int64] | None
    parts: npt.NDArray[np.int8]
    normalization: NormalizationReport
    repeats_dropped: int
    duplicates: int
    fingerprint: str
    texts: Sequence[str] | None = None
    keys: npt.NDArray[np.int64] | None = None
    folder: Path | None = None

    def all_texts(self) -> Sequence[str]:
        """The documents' texts, read back where they are not at hand."""
        if self.texts is not None:
            return self.texts
        offsets = flat_offsets(self.lengths).tolist()
        return [self._text(begin, end) for begin, end in pairwise(offsets)]

    def all_keys(self) -> list[str]:
        """The same for documents of the same text, however they were read."""
        keys = self.keys
        if keys is None:
            keys = np.array([text_key(_digest(text)) for text in self.all_texts()], np.int64)
        return [f"{key:016x}" for key in keys.view(np.uint64).tolist()]

    def _text(self, begin: int, end: int) -> str:
        token_ids = self.token_ids[begin:end]
        if self.unit == "byte":
            return token_ids.astype(np.uint8).tobytes().decode()
        return "".join([self.tokens[number] for number in token_ids.tolist()])


def text_key(digest: bytes) -> int:
    """A number of 64 bits, with a sign, for a text of this sha256."""
    return int.from_bytes(digest[:8], "little", signed=True)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def part_of(document: AnyDocument) -> int:
    """The split that the data puts a document into, an index into `SPLITS`, or ``UNASSIGNED``."""
    return UNASSIGNED if document.split is None else SPLITS.index(document.split)


def token_lengths(unit: str, tokens: Sequence[str]) -> npt.NDArray[np.int64]:
    """Characters (code points) of each token, (S,); over a text they sum to its length."""
    if unit == "byte":
        return tokenizer(unit).lengths()
    return np.fromiter(map(len, tokens), np.int64, len(tokens))


def count_parts(
    token_ids: Ids, shares: npt.NDArray[np.int64], tokens: int
) -> npt.NDArray[np.int64]:
    """How often each token stands in each split, (3, S).

    Args:
        token_ids: of all documents one after another, (N,).
        shares: tokens of each document for each split, (n, 3), taken in this order.
        tokens: S.
    """
    counts = np.zeros((len(SPLITS), tokens), dtype=np.int64)
    ends = np.cumsum(shares.ravel())
    for begin, chunk in chunks(token_ids, CHUNK):
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
        counts += both.reshape(counts.shape)
    return counts


def count_token_ids(token_ids: npt.NDArray[np.unsignedinteger], size: int) -> npt.NDArray[np.int64]:
    """How often each number below ``size`` stands in an array, (size,)."""
    if token_ids.dtype.itemsize > 1 or size > 256 or len(token_ids) < 2**17:
        return np.bincount(token_ids, minlength=size).astype(np.int64, copy=False)
    # Two bytes at once take half as many steps.
    even = len(token_ids) // 2 * 2
    pairs = np.bincount(np.ascontiguousarray(token_ids[:even]).view(np.uint16), minlength=2**16)
    square = pairs.reshape(256, 256)
    counts: npt.NDArray[np.int64] = square.sum(axis=0) + square.sum(axis=1)
    counts[token_ids[even:]] += 1
    return counts[:size]


def index_labels(
    names: Sequence[str | None], parts: npt.NDArray[np.int8]
) -> tuple[tuple[str, ...], npt.NDArray[np.int64] | None]:
    """All labels, sorted, and each document's index among them.

    Documents that the data puts into val or test are to have labels that can be learnt; where
    nothing tells the other documents apart, they are like them.

    Labels are told apart as `normalize_label` writes them.

    Raises:
        DataError: if only some documents have a label, or one of val or test is unknown.
    """
    forms = {name: name if name is None else normalize_label(name) for name in set(names)}
    names = [forms[name] for name in names]
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


class Fingerprint:
    """Sha256 over texts, then labels and parts; fed as the texts are read.

    The same whatever the unit is.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def update(self, utf8: bytes) -> None:
        """Takes in a piece of text, as `utf8_of` gives it."""
        self._digest.update(utf8)

    def so_far(self) -> bytes:
        """Of the text alone that was taken in."""
        return self._digest.digest()

    def copy(self) -> "Fingerprint":
        """One that has taken in the same."""
        other = Fingerprint()
        other._digest = self._digest.copy()
        return other

    def finish(
        self,
        characters: npt.NDArray[np.int64],
        labels: tuple[str, ...],
        label_ids: npt.NDArray[np.int64] | None,
        parts: npt.NDArray[np.int8],
    ) -> str:
        """The whole; characters of each document keep ("ab", "c") apart from ("a", "bc")."""
        digest = self._digest.copy()
        digest.update(characters.astype("<i8").tobytes())
        digest.update(repr(labels).encode("utf-8", "surrogatepass"))
        if label_ids is not None:
            digest.update(label_ids.astype("<i8").tobytes())
        if (parts != UNASSIGNED).any():
            digest.update(parts.tobytes())
        return digest.hexdigest()
