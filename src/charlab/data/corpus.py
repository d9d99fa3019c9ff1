"""From documents to encoded splits: normalized, split without leaks, counted."""

import hashlib
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.corpus_report import CorpusReport, report_corpus
from charlab.data.document import Document
from charlab.data.encoded import Encoded, flat_offsets, smallest_unsigned
from charlab.data.normalize import normalize_documents
from charlab.data.splits import (
    SPLITS,
    Fractions,
    apportion,
    check_fractions,
    scarce_labels,
    split_documents,
)
from charlab.data.vocabulary import Vocabulary, code_points
from charlab.errors import ConfigError, DataError

LAYOUTS = ("sequences", "stream")

# `auto`: many short documents are sequences. Half of the documents within 256 characters is far
# above any name or title and far below any chapter; fewer than 8 documents are no collection.
SHORT_DOCUMENT = 256
FEW_DOCUMENTS = 8


@dataclass(frozen=True)
class Corpus:
    """Encoded text and all that is needed to read it.

    Attributes:
        vocabulary: the characters of the train split.
        labels: all labels, sorted; empty if the documents have none.
        layout: "sequences" (split by document) or "stream" (each document split by position).
        splits: by name; a part of zero fraction is absent.
        fingerprint: sha256 (hexadecimal) over normalized texts and labels, in their order.
        report: what became of the text.
    """

    vocabulary: Vocabulary
    labels: tuple[str, ...]
    layout: str
    splits: dict[str, Encoded]
    fingerprint: str
    report: CorpusReport


def choose_layout(layout: str, lengths: Sequence[int]) -> str:
    """The layout for documents of these lengths in characters.

    "auto" means "sequences" for at least 8 documents, half of them of at most 256 characters,
    and "stream" otherwise.

    Raises:
        ConfigError: if there is no such layout.
    """
    if layout in LAYOUTS:
        return layout
    if layout != "auto":
        choices = ", ".join(("auto", *LAYOUTS))
        raise ConfigError(f"dataset.layout={layout!r}: choose one of: {choices}")
    short = len(lengths) >= FEW_DOCUMENTS and statistics.median(lengths) <= SHORT_DOCUMENT
    return "sequences" if short else "stream"


def build_corpus(
    docs: Iterable[Document],
    *,
    normalize: str,
    layout: str,
    fractions: Fractions,
    split_seed: int,
    distinct: bool = False,
) -> Corpus:
    """Normalizes, splits and encodes documents.

    The vocabulary is that of the train split; characters of other splits that train lacks become
    ``UNKNOWN``, and the report says how many.

    Args:
        docs: texts with labels, all or none of them labelled.
        normalize: steps of `normalize_documents`.
        layout: "auto", "sequences" or "stream".
        fractions: shares of train, val and test.
        split_seed: another seed, another split (sequences only; a stream is split by position).
        distinct: whether a text that comes again with the same label counts once. Otherwise how
            often it comes is information, for training as for every figure.

    Raises:
        ConfigError: if a setting cannot be.
        DataError: if nothing can be learnt from the text: none is left, only one distinct
            character is, or train gets none of it; or if only some documents have a label.
    """
    check_fractions(fractions)
    kept, normalization = normalize_documents(list(docs), normalize)
    kept = [document for document in kept if document.text]
    given = len(kept)
    if distinct:
        kept = list(dict.fromkeys(kept))
    if not kept:
        raise DataError(
            f"no text is left after dataset.normalize={normalize} "
            f"({normalization.emptied_documents} documents were emptied): "
            "check dataset.path or choose another normalization"
        )
    texts = [document.text for document in kept]
    names = [document.label for document in kept]
    labels, label_ids = _index_labels(names)
    points = code_points("".join(texts))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    layout = choose_layout(layout, lengths.tolist())
    if layout == "sequences":
        sides = split_documents(texts, names, fractions, split_seed)
        shares = lengths[:, None] * (sides[:, None] == np.arange(len(SPLITS)))
    else:
        shares = apportion(lengths, fractions)
    pieces = _cut(points, shares, label_ids)
    vocabulary = _learn_vocabulary(points, pieces["train"].ids, fractions)
    splits = {
        split: _encode(pieces[split], vocabulary)
        for split, fraction in zip(SPLITS, fractions, strict=True)
        if fraction > 0
    }
    places, parts = np.nonzero(shares)
    report = report_corpus(
        texts,
        normalization,
        splits,
        repeats_dropped=given - len(kept),
        distinct_characters=_distinct(points).size,
        scarce=scarce_labels([names[place] for place in places], parts, fractions),
    )
    fingerprint = _fingerprint(points, lengths, labels, label_ids)
    return Corpus(vocabulary, labels, layout, splits, fingerprint, report)


def encode_documents(
    docs: Sequence[Document], vocabulary: Vocabulary, labels: Sequence[str] = ()
) -> Encoded:
    """Encodes documents from elsewhere as a trained model reads them, as one split.

    Args:
        docs: normalized documents.
        vocabulary: the model's.
        labels: the model's labels, in order; empty leaves the documents' labels aside.

    Raises:
        DataError: if a document's label is not among them.
    """
    label_ids = None
    if labels:
        index = {label: i for i, label in enumerate(labels)}
        strange = sorted({str(doc.label) for doc in docs if doc.label not in index})
        if strange:
            raise DataError(f"label {strange[0]!r} is none of the {len(labels)} trained labels")
        label_ids = np.array([index[str(doc.label)] for doc in docs], dtype=np.int64)
    points = code_points("".join([doc.text for doc in docs]))
    offsets = flat_offsets([len(doc.text) for doc in docs])
    return _encode(Encoded(points, offsets, label_ids), vocabulary)


def _index_labels(
    names: Sequence[str | None],
) -> tuple[tuple[str, ...], npt.NDArray[np.int64] | None]:
    """All labels, sorted, and each document's index among them."""
    labels = tuple(sorted({name for name in names if name is not None}))
    if not labels:
        return (), None
    unlabelled = names.count(None)
    if unlabelled:
        raise DataError(
            f"{unlabelled} of {len(names)} documents have no label: label all of them or none"
        )
    index = {label: i for i, label in enumerate(labels)}
    return labels, np.array([index[str(name)] for name in names], dtype=np.int64)


def _cut(
    points: npt.NDArray[np.uint32],
    shares: npt.NDArray[np.int64],
    label_ids: npt.NDArray[np.int64] | None,
) -> dict[str, Encoded]:
    """Deals the documents' characters out to the splits, which hold code points here.

    Args:
        points: all characters, (N,).
        shares: characters of each document for each split, (n, 3), taken in this order.
        label_ids: of each document, (n,).
    """
    side = np.repeat(np.tile(np.arange(len(SPLITS), dtype=np.int8), len(shares)), shares.ravel())
    pieces = {}
    for part, split in enumerate(SPLITS):
        held = shares[:, part] > 0
        labels = None if label_ids is None else label_ids[held]
        pieces[split] = Encoded(points[side == part], flat_offsets(shares[held, part]), labels)
    return pieces


def _distinct(points: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The distinct code points, sorted; a table is faster than sorting the text."""
    seen = np.zeros(int(points.max(initial=0)) + 1, dtype=bool)
    seen[points] = True
    return np.flatnonzero(seen).astype(np.uint32)


def _learn_vocabulary(
    points: npt.NDArray[np.uint32], train: npt.NDArray[np.unsignedinteger], fractions: Fractions
) -> Vocabulary:
    """The vocabulary of the train split."""
    everything = _distinct(points)
    if everything.size == 1:
        raise DataError(
            f"the whole text is the one character {chr(everything[0])!r}: there is nothing to learn"
        )
    if train.size == 0:
        raise DataError(
            f"the train part is empty: {points.size} characters are too few for "
            f"dataset.split.fractions={list(fractions)}; give more text or train a larger share"
        )
    return Vocabulary([chr(point) for point in _distinct(train)])


def _encode(piece: Encoded, vocabulary: Vocabulary) -> Encoded:
    """Code points to ids in the smallest type."""
    ids = vocabulary.encode_points(piece.ids).astype(smallest_unsigned(vocabulary.size))
    return Encoded(ids, piece.offsets, piece.labels)


def _fingerprint(
    points: npt.NDArray[np.uint32],
    lengths: npt.NDArray[np.int64],
    labels: tuple[str, ...],
    label_ids: npt.NDArray[np.int64] | None,
) -> str:
    """Sha256 over texts and labels; lengths keep ("ab", "c") apart from ("a", "bc")."""
    digest = hashlib.sha256(points.astype("<u4").tobytes())
    digest.update(lengths.astype("<i8").tobytes())
    digest.update(repr(labels).encode("utf-8", "surrogatepass"))
    if label_ids is not None:
        digest.update(label_ids.astype("<i8").tobytes())
    return digest.hexdigest()
