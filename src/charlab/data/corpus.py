"""From documents to encoded splits: normalized, split without leaks, counted."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from charlab.data.corpus_report import CorpusReport, report_corpus
from charlab.data.documents.document import SPLITS, AnyDocument, Document
from charlab.data.documents.limit import SHORT_DOCUMENT
from charlab.data.splits import FEW_DOCUMENTS, Fractions, assign_splits, check_fractions
from charlab.data.tokens import resolve_min_count, vocabulary_from_counts
from charlab.data.tokens.cache import CorpusCache
from charlab.data.tokens.ragged import EncodedSplit, Ids, chunks, flat_offsets, smallest_unsigned
from charlab.data.tokens.store import StoredIds
from charlab.data.tokens.tokenize import tokenize_documents
from charlab.data.tokens.tokenized import (
    CHUNK,
    UNASSIGNED,
    TokenizedText,
    count_parts,
    token_lengths,
)
from charlab.data.tokens.vocabulary import FIRST, UNK, Vocabulary
from charlab.errors import ConfigError, DataError
from charlab.system.files import write_atomically

LAYOUTS = ("sequences", "stream")

# `auto`: many short documents are sequences. Half of the documents within 256 characters is far
# above any name or title and far below any chapter.


@dataclass(frozen=True)
class Corpus:
    """Encoded text and all that is needed to read it.

    Attributes:
        vocabulary: the tokens of the train split.
        labels: all labels, sorted; empty if the documents have none.
        layout: "sequences" or "stream".
        splits: by name; a part of zero fraction is absent.
        fingerprint: sha256 (hexadecimal) over normalized texts and labels, in their order.
        report: what became of the text.
    """

    vocabulary: Vocabulary
    labels: tuple[str, ...]
    layout: str
    splits: dict[str, EncodedSplit]
    fingerprint: str
    report: CorpusReport


def choose_layout(layout: str, lengths: npt.ArrayLike) -> str:
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
    many = np.size(lengths) >= FEW_DOCUMENTS
    short = many and float(np.median(np.asarray(lengths))) <= SHORT_DOCUMENT
    return "sequences" if short else "stream"


def build_corpus(
    docs: Iterable[AnyDocument],
    *,
    normalize: str,
    layout: str,
    fractions: Fractions,
    split_seed: int,
    predicts_label: bool = False,
    distinct: bool = False,
    unit: str = "char",
    min_count: int | None = None,
    limit: int | None = None,
    cache: CorpusCache | None = None,
    announce: Callable[[str], object] = lambda text: None,
) -> Corpus:
    """Normalizes, splits and encodes documents.

    The vocabulary is that of the train split; tokens of other splits that train lacks become
    ``UNK``, and the report says how many. A large text is encoded once, piece by piece, into
    a file of the cache, and stays there: the ids of its splits are read when they are needed.

    Args:
        docs: texts with labels, all or none of them labelled.
        normalize: steps of `normalize_documents`.
        layout: "auto", "sequences" or "stream".
        fractions: shares of train, val and test in what the data itself puts into none of them.
        split_seed: another seed, another split; of no meaning where texts are cut by position.
        predicts_label: whether it is to be predicted; no document is cut then (`assign_splits`).
        distinct: whether a text that comes again with the same label counts once. Otherwise how
            often it comes is information, for training as for every figure.
        unit: what a token is: "char", "byte" or "word".
        min_count: rarer tokens of train are unknown; None: the unit's own.
        limit: characters of each part that are read; None: all.
        cache: where large texts are kept; None: in the user's cache folder.
        announce: told what takes long.

    Raises:
        ConfigError: if a setting cannot be.
        DataError: if nothing can be learnt from the text: none is left, only one distinct
            token is, or train gets none of it; or if only some documents have a label.
    """
    check_fractions(fractions)
    least = resolve_min_count(unit, min_count)
    text = tokenize_documents(
        docs,
        unit=unit,
        normalize=normalize,
        distinct=distinct,
        limit=limit,
        sequences=layout == "sequences",
        cache=cache,
        announce=announce,
    )
    if not len(text.lengths):
        raise DataError(
            f"no text is left after dataset.normalize={normalize} "
            f"({text.normalization.emptied_documents} documents were emptied): "
            "check dataset.path or choose another normalization"
        )
    layout = choose_layout(layout, text.characters)
    assignment = assign_splits(text, layout, fractions, split_seed, predicts_label=predicts_label)
    counts = _counts(text, assignment.shares)
    _require_something(text, counts, fractions)
    vocabulary, table, rare = _learn(text, counts, least)
    pieces = _cut(text, assignment.shares, table, in_memory=layout == "sequences")
    splits = {SPLITS[part]: pieces[part] for part in assignment.parts}
    report = report_corpus(
        text,
        assignment,
        splits,
        counts=counts,
        given=_given(text, assignment.shares, layout),
        lengths=token_lengths(unit, text.tokens),
        known=table != UNK,
        rare=rare,
    )
    fingerprint = text.fingerprint
    if layout == "stream" and not assignment.cut and (text.parts == UNASSIGNED).any():
        # Earlier versions cut these documents: what was trained then had other parts.
        fingerprint = hashlib.sha256(f"{fingerprint} whole".encode()).hexdigest()
    return Corpus(vocabulary, text.labels, layout, splits, fingerprint, report)


def encode_documents(
    docs: Sequence[Document], vocabulary: Vocabulary, labels: Sequence[str] = ()
) -> EncodedSplit:
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
    texts = [doc.text for doc in docs]
    if vocabulary.unit == "char":  # without borders that matter: all of them at once
        lengths, flat = [len(text) for text in texts], vocabulary.encode("".join(texts))
    else:
        encoded = [vocabulary.encode(text) for text in texts]
        lengths = [len(ids) for ids in encoded]
        flat = np.concatenate([np.empty(0, np.int64), *encoded])
    ids = flat.astype(smallest_unsigned(vocabulary.size))
    return EncodedSplit(ids, flat_offsets(lengths), label_ids)


def _counts(text: TokenizedText, shares: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How often each token stands in each split, (3, S); of a stored text counted once."""
    if text.folder is None:
        return count_parts(text.token_ids, shares, len(text.tokens))
    key = hashlib.sha256(shares.tobytes()).hexdigest()[:16]
    file = text.folder / f"counts-{key}.npy"
    known = _load_counts(file, (len(SPLITS), len(text.tokens)))
    if known is not None:
        return known
    counts = count_parts(text.token_ids, shares, len(text.tokens))
    with contextlib.suppress(OSError):  # a full disk: they are counted again the next time
        write_atomically(file, lambda stream: np.save(stream, counts))
    return counts


def _given(
    text: TokenizedText, shares: npt.NDArray[np.int64], layout: str
) -> npt.NDArray[np.int64]:
    """Of each split the tokens that nothing predicts, (3, S): the first of a stream's pieces."""
    counts = np.zeros((len(SPLITS), len(text.tokens)), np.int64)
    if layout == "stream":
        begins = _begins(shares)
        for part, column in enumerate(shares.T):
            places = begins[column > 0, part]
            for near in np.split(places, np.flatnonzero(np.diff(places // CHUNK)) + 1):
                if len(near):
                    token_ids = text.token_ids[int(near[0]) : int(near[-1]) + 1]
                    np.add.at(counts[part], token_ids[near - near[0]], 1)
    return counts


def _begins(shares: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each document's share for each split begins, (n, 3)."""
    return flat_offsets(shares.ravel())[:-1].reshape(shares.shape)


def _load_counts(file: Path, shape: tuple[int, int]) -> npt.NDArray[np.int64] | None:
    try:
        counts: npt.NDArray[np.int64] = np.load(file)
    except (OSError, ValueError, EOFError):
        return None
    return counts if counts.shape == shape else None


def _require_something(
    text: TokenizedText, counts: npt.NDArray[np.int64], fractions: Fractions
) -> None:
    """Refuses a text of which nothing can be learnt."""
    occurring = np.flatnonzero(counts.sum(axis=0))
    if occurring.size == 1:
        token = text.tokens[int(occurring[0])]
        what = {"char": "character", "byte": "byte", "word": "word"}[text.unit]
        raise DataError(f"the whole text is the one {what} {token!r}: there is nothing to learn")
    if not counts[0].any():
        raise DataError(
            f"the train part is empty: {text.characters.sum()} characters are too few for "
            f"dataset.split.fractions={list(fractions)}; give more text or train a larger share"
        )


def _learn(
    text: TokenizedText, counts: npt.NDArray[np.int64], min_count: int
) -> tuple[Vocabulary, npt.NDArray[np.unsignedinteger], tuple[int, int]]:
    """The vocabulary of the train split, the id of each number, (S,), and what is too rare."""
    train = counts[0]
    vocabulary, tokens, occurrences = vocabulary_from_counts(
        text.unit, text.tokens, train, min_count
    )
    if not tokens < np.count_nonzero(train):
        raise DataError(
            f"no symbol of the train part occurs {min_count} times or more: "
            f"lower dataset.min_count={min_count} or give more text"
        )
    ids = {token: i for i, token in enumerate(vocabulary.tokens, start=FIRST)}
    table = np.array(
        [ids.get(token, UNK) for token in text.tokens],
        smallest_unsigned(vocabulary.size),
    )
    return vocabulary, table, (tokens, occurrences)


def _cut(
    text: TokenizedText,
    shares: npt.NDArray[np.int64],
    table: npt.NDArray[np.unsignedinteger],
    *,
    in_memory: bool,
) -> list[EncodedSplit]:
    """Deals the documents' tokens out to the splits and gives them their ids.

    Args:
        text: the documents.
        shares: tokens of each document for each split, (n, 3), taken in this order.
        table: the id of each number, (S,).
        in_memory: whether ids of a stored text are to be read.
    """
    token_ids = text.token_ids
    begins = _begins(shares)
    side = np.zeros(0, np.int8)
    if not isinstance(token_ids, StoredIds):
        side = np.repeat(np.tile(np.arange(len(SPLITS), dtype=np.int8), len(shares)), shares.flat)
    pieces = []
    for part in range(len(SPLITS)):
        held = shares[:, part] > 0
        lengths = shares[held, part]
        ids: Ids
        if isinstance(token_ids, StoredIds):
            ids = token_ids.select(begins[held, part], lengths, table)
            ids = ids[:] if in_memory else ids
        else:
            ids = _look_up(table, token_ids[side == part])
        labels = None if text.label_ids is None else text.label_ids[held]
        pieces.append(EncodedSplit(ids, flat_offsets(lengths), labels))
    return pieces


def _look_up(
    table: npt.NDArray[np.unsignedinteger], token_ids: npt.NDArray[np.unsignedinteger]
) -> npt.NDArray[np.unsignedinteger]:
    """table[numbers] chunk by chunk: NumPy makes indices of 8 bytes of all it is given at once."""
    ids = np.empty(len(token_ids), table.dtype)
    for begin, chunk in chunks(token_ids, CHUNK):
        ids[begin : begin + len(chunk)] = table[chunk]
    return ids
