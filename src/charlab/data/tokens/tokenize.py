"""Documents become numbers: in memory where there are few, else through a file in the cache."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import AnyDocument, Document, LongDocument
from charlab.data.documents.limit import SHORT_DOCUMENT, Allowance
from charlab.data.documents.normalize import check_steps, normalize_documents, normalize_label
from charlab.data.tokens.cache import CorpusCache
from charlab.data.tokens.incremental import IncrementalTokenizer, incremental_tokenizer, utf8_of
from charlab.data.tokens.streaming import StreamingRead
from charlab.data.tokens.tokenized import Fingerprint, TokenizedText, index_labels, part_of
from charlab.data.tokens.utf8_bytes import utf8_bytes

LARGE = 2**25  # characters that are held in memory at most, unless documents are short
PIECE = 2**20  # characters that are numbered together


def tokenize_documents(
    docs: Iterable[AnyDocument],
    *,
    unit: str,
    normalize: str,
    distinct: bool,
    limit: int | None,
    sequences: bool,
    cache: CorpusCache | None = None,
    announce: Callable[[str], object] = lambda text: None,
) -> TokenizedText:
    """Reads, normalizes and numbers documents.

    Args:
        docs: the documents.
        unit: what a token is.
        normalize: steps of `normalize_documents`.
        distinct: whether a text that comes again with the same label counts once.
        limit: characters of each part that are read; None: all.
        sequences: whether the documents are to be examples of their own.
        cache: where large texts are kept; None: in the user's cache folder.
        announce: told what takes long.

    Raises:
        ConfigError, DataError: if a setting or a text cannot be.
    """
    steps = check_steps(normalize)
    allowance = Allowance(limit)
    rest = iter(docs)
    held = _hold(rest, sequences=sequences)
    if held.whole and (not held.long or (limit is not None and limit <= LARGE)):
        texts = _in_memory(held.documents, allowance)  # a long one only where there is a limit
        return tokenize_in_memory(texts, unit=unit, normalize=normalize, distinct=distinct)
    read = StreamingRead(
        cache or CorpusCache(), unit=unit, steps=steps, distinct=distinct, announce=announce
    )
    if held.whole:
        return read.recall(list(held.documents), allowance)
    return read.number(_emptying(held.documents, rest), allowance)


class _Held:
    """Documents taken from a source so far.

    Attributes:
        documents: in order.
        long: whether some are too long to hold.
        whole: whether there are no more.
    """

    def __init__(self) -> None:
        self.documents: deque[AnyDocument] = deque()
        self.long = False
        self.whole = True


def _hold(docs: Iterator[AnyDocument], *, sequences: bool) -> _Held:
    """Takes documents until there are no more, or too many to hold.

    Short documents are held however many they are: they are assigned to splits by their text.
    """
    held = _Held()
    count = short = characters = 0
    for document in docs:
        held.documents.append(document)
        if isinstance(document, LongDocument):
            held.long = True
            continue
        count += 1
        short += len(document.text) <= SHORT_DOCUMENT
        characters += len(document.text)
        if characters > LARGE and not sequences and 2 * short < count:
            held.whole = False
            break
    return held


def _emptying(held: deque[AnyDocument], rest: Iterator[AnyDocument]) -> Iterator[AnyDocument]:
    """All documents; those that were held are let go one by one."""
    while held:
        yield held.popleft()
    yield from rest


def _in_memory(documents: deque[AnyDocument], allowance: Allowance) -> list[Document]:
    """The documents as far as they may be read, whole texts."""
    if allowance.limit is None:  # no text is cut
        return [document for document in documents if isinstance(document, Document)]
    texts = []
    while documents:
        document = documents.popleft()
        text = "".join(allowance.pieces(document))
        if text or (isinstance(document, Document) and not document.text):
            texts.append(Document(text, document.label, document.split))
    return texts


def tokenize_in_memory(
    docs: list[Document], *, unit: str, normalize: str, distinct: bool
) -> TokenizedText:
    """Normalizes and numbers documents that are few or short enough to be held."""
    kept, normalization = normalize_documents(docs, normalize)
    given = len(kept)
    if distinct:
        forms = {doc.label: doc.label and normalize_label(doc.label) for doc in kept}
        kept = [doc._replace(label=forms[doc.label]) for doc in kept]
        kept = list(dict.fromkeys(kept))
    texts = [document.text for document in kept]
    parts = np.array([part_of(document) for document in kept], dtype=np.int8)
    labels, label_ids = index_labels([document.label for document in kept], parts)
    token_ids = incremental_tokenizer(unit)
    fingerprint = Fingerprint()
    characters = np.fromiter(map(len, texts), np.int64, len(texts))
    flat, lengths = _number(texts, unit, token_ids, fingerprint)
    return TokenizedText(
        unit=unit,
        token_ids=flat,
        tokens=token_ids.tokens(),
        lengths=lengths,
        characters=characters,
        labels=labels,
        label_ids=label_ids,
        parts=parts,
        normalization=normalization,
        repeats_dropped=given - len(kept),
        duplicates=len(texts) - len(set(texts)),
        fingerprint=fingerprint.finish(characters, labels, label_ids, parts),
        texts=texts,
    )


def _number(
    texts: list[str], unit: str, token_ids: IncrementalTokenizer, fingerprint: Fingerprint
) -> tuple[npt.NDArray[np.unsignedinteger], npt.NDArray[np.int64]]:
    """Numbers of all texts' tokens, (N,), and how many each text has, (n,)."""
    flat: list[npt.NDArray[np.unsignedinteger]] = [np.empty(0, np.uint8)]
    if unit == "word":
        lengths = []
        for text in texts:
            before = len(flat)
            for piece in _cut(text, token_ids):
                flat.append(_take(piece, token_ids, fingerprint))
            lengths.append(sum(map(len, flat[before:])))
        return np.concatenate(flat), np.array(lengths, dtype=np.int64)
    # Characters and bytes need no borders: many short texts are numbered together.
    joined = "".join(texts)
    for begin in range(0, len(joined), PIECE):
        flat.append(_take(joined[begin : begin + PIECE], token_ids, fingerprint))
    size = len if unit == "char" else _bytes
    return np.concatenate(flat), np.fromiter(map(size, texts), np.int64, len(texts))


def _take(
    piece: str, token_ids: IncrementalTokenizer, fingerprint: Fingerprint
) -> npt.NDArray[np.unsignedinteger]:
    utf8 = utf8_of(piece)
    fingerprint.update(utf8)
    return token_ids.token_ids(piece, utf8)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(utf8_bytes(text))


def _cut(text: str, token_ids: IncrementalTokenizer) -> Iterator[str]:
    """A text in pieces that cut no token."""
    while len(text) > PIECE:
        cut = token_ids.tokenizer.cut(text[:PIECE]) or len(text)
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text
