"""From documents to encoded splits: normalized, split without leaks, counted."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import numpy.typing as npt

from charlab.data.assignment import FEW_DOCUMENTS, SplitAssignment, assign_splits
from charlab.data.corpus_report import CorpusReport, report_corpus
from charlab.data.documents.document import SHORT_DOCUMENT, AnyDocument, Document
from charlab.data.parts import cut_splits, with_targets
from charlab.data.splits import Fractions, check_fractions
from charlab.data.tokens import learn_vocabulary
from charlab.data.tokens.ragged import EncodedSplit, TokenIds, chunks, flat_offsets
from charlab.data.tokens.reader import ReaderOptions, tokenize_documents
from charlab.data.tokens.tokenized import UNASSIGNED, TokenizedText, count_parts
from charlab.data.tokens.vocabulary import NAMES, UNK, Integers, Vocabulary, smallest_unsigned
from charlab.errors import ConfigError, DataError
from charlab.system.words import counted

LAYOUTS = ("sequences", "stream")


@dataclass(frozen=True)
class Corpus:
    """Encoded text and all that is needed to read it.

    Attributes:
        vocabulary: the tokens of the train split.
        labels: all labels, sorted; empty if the documents have none.
        layout: "sequences" or "stream".
        splits: by name; a part of zero fraction is absent.
        fingerprint: sha256 (hexadecimal) over normalized texts, labels and fields, in their order.
        report: what became of the text.
        tags: all tags, sorted; () without.
        target_vocabulary: the tokens of the train split's targets; None without.
    """

    vocabulary: Vocabulary
    labels: tuple[str, ...]
    layout: str
    splits: dict[str, EncodedSplit]
    fingerprint: str
    report: CorpusReport
    tags: tuple[str, ...] = ()
    target_vocabulary: Vocabulary | None = None

    @property
    def held_out(self) -> str | None:
        """The part that a trained model is judged by: test, else val; None if there is neither."""
        return next((name for name in ("test", "val") if name in self.splits), None)


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
    # Half of the documents within 256 characters: far above any name or title, far below a chapter.
    many = np.size(lengths) >= FEW_DOCUMENTS
    short = many and float(np.median(np.asarray(lengths))) <= SHORT_DOCUMENT
    return "sequences" if short else "stream"


def build_corpus(
    docs: Iterable[AnyDocument],
    *,
    layout: str,
    fractions: Fractions,
    split_seed: int,
    predicts_label: bool = False,
    min_count: int | None = None,
    **reading: Unpack[ReaderOptions],
) -> Corpus:
    """Normalizes, splits and encodes documents.

    The vocabulary is that of the train split; tokens of other splits that train lacks become
    ``UNK``, and the report says how many.

    Args:
        docs: texts with labels, all or none of them labelled.
        layout: "auto", "sequences" or "stream".
        fractions: shares of train, val and test in what the data itself puts into none of them.
        split_seed: another seed, another split; of no meaning where texts are cut by position.
        predicts_label: whether it is to be predicted; no document is cut then (`assign_splits`).
        min_count: rarer tokens of train are unknown; None: the unit's own.
        reading: how the documents are read.

    Raises:
        ConfigError: if a setting cannot be.
        DataError: if nothing can be learnt from the text: none is left, only one distinct
            token is, or train gets none of it; or if only some documents have a label.
    """
    check_fractions(fractions)
    text = tokenize_documents(docs, sequences=layout == "sequences", **reading)
    _require_text(text, reading["normalize"])
    if text.fields.targets is not None:
        layout = "sequences"
    layout = choose_layout(layout, text.characters)
    assignment = assign_splits(text, layout, fractions, split_seed, predicts_label=predicts_label)
    counts = count_parts(text, assignment.shares)
    _require_something(text, counts, fractions)
    vocabulary, table, rare = learn_vocabulary(text.unit, text.tokens, counts[0], min_count)
    splits = cut_splits(text, assignment, table, layout)
    splits, target_vocabulary = with_targets(
        splits, text, assignment, reading.get("target_unit", "char")
    )
    report = report_corpus(text, assignment, layout, counts=counts, known=table != UNK, rare=rare)
    fingerprint = _fingerprint(text, assignment, layout)
    tags = text.fields.tags
    return Corpus(
        vocabulary, text.labels, layout, splits, fingerprint, report, tags, target_vocabulary
    )


def encode_documents(docs: Sequence[Document], vocabulary: Vocabulary) -> EncodedSplit:
    """The texts of normalized documents as a trained model reads them, as one split."""
    texts = [doc.text for doc in docs]
    if vocabulary.unit == "char":  # without borders that matter: all of them at once
        lengths, flat = [len(text) for text in texts], vocabulary.encode("".join(texts))
    else:
        encoded = [vocabulary.encode(text) for text in texts]
        lengths = [len(ids) for ids in encoded]
        flat = np.concatenate([np.empty(0, np.int64), *encoded])
    ids = flat.astype(smallest_unsigned(vocabulary.size))
    return EncodedSplit(ids, flat_offsets(lengths), labels=None)


def _fingerprint(text: TokenizedText, assignment: SplitAssignment, layout: str) -> str:
    if layout == "stream" and not assignment.cut and (text.parts == UNASSIGNED).any():
        # Earlier versions cut these documents: what was trained then had other parts.
        return hashlib.sha256(f"{text.fingerprint} whole".encode()).hexdigest()
    return text.fingerprint


def _require_text(text: TokenizedText, normalize: str) -> None:
    if not len(text.lengths):
        raise DataError(
            f"no text is left after dataset.normalize={normalize} "
            f"({counted(text.emptied, 'document')} emptied): "
            "check dataset.path or choose another normalization"
        )


def _require_something(text: TokenizedText, counts: Integers, fractions: Fractions) -> None:
    """Refuses a text of which nothing can be learnt."""
    occurring = np.flatnonzero(counts.sum(axis=0))
    if occurring.size == 1:
        token = text.tokens[int(occurring[0])]
        what = NAMES[text.unit].removesuffix("s")
        raise DataError(f"the whole text is the one {what} {token!r}: there is nothing to learn")
    if not counts[0].any():
        if (text.parts != UNASSIGNED).all():
            raise DataError(
                "the train part is empty: the data puts every document into another one (files "
                "named …-dev or …-test are these parts); give the train part, too"
            )
        found = counted(int(text.characters.sum()), "character")
        raise DataError(
            f"the train part is empty: {found}, too few for "
            f"dataset.split.fractions={list(fractions)}; give more text or train a larger share"
        )


def is_same_split(one: Corpus, other: Corpus, split: str) -> bool:
    """Whether a split holds the same texts, with the same labels, tags and targets, in the same
    order; both corpora have the same vocabulary.
    """
    a, b = one.splits[split], other.splits[split]
    alike = (
        np.array_equal(a.offsets, b.offsets)
        and (one.tags, one.target_vocabulary) == (other.tags, other.target_vocabulary)
        and _label_names(one, a) == _label_names(other, b)
        and _same_ids(a.ids, b.ids)
        and _same_ids(a.tags, b.tags)
    )
    if alike and a.targets is not None and b.targets is not None:
        alike = np.array_equal(a.targets.offsets, b.targets.offsets)
        alike = alike and _same_ids(a.targets.ids, b.targets.ids)
    return alike


def _same_ids(a: TokenIds | None, b: TokenIds | None) -> bool:
    if a is None or b is None:
        return a is b
    return len(a) == len(b) and all(
        np.array_equal(ids, b[begin : begin + len(ids)]) for begin, ids in chunks(a)
    )


def _label_names(corpus: Corpus, part: EncodedSplit) -> list[str]:
    return [] if part.labels is None else [corpus.labels[i] for i in part.labels.tolist()]
