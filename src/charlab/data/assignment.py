"""Which documents of a text, or which positions of them, are train's, val's and test's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import SPLITS
from charlab.data.splits import (
    TRAIN,
    Fractions,
    apportion,
    needed_splits,
    scarce_labels,
    shares_left,
    split_documents,
    split_groups,
)
from charlab.data.tokens.ragged import flat_offsets
from charlab.data.tokens.tokenized import UNASSIGNED, TokenizedText
from charlab.data.tokens.vocabulary import Integers

FEW_DOCUMENTS = 8  # fewer are no collection


@dataclass(frozen=True)
class SplitAssignment:
    """How a text is assigned to splits.

    Attributes:
        shares: tokens of each document for each split, taken in this order, (n, 3).
        parts: the splits that there are, indices into `SPLITS`.
        cut: whether documents are cut by position, so that one may be in several.
        scarce: labels that are not in all of them.
        overlap: by split that was given, its documents whose text stands in train as well.
    """

    shares: Integers
    parts: tuple[int, ...]
    cut: bool
    scarce: tuple[str, ...]
    overlap: dict[str, int]

    def pieces(self, part: int) -> tuple[npt.NDArray[np.intp], Integers, Integers]:
        """A split's pieces: each one's document, where in the text it begins, and its tokens."""
        begins = flat_offsets(self.shares.ravel())[:-1].reshape(self.shares.shape)
        documents = np.flatnonzero(self.shares[:, part])
        return documents, begins[documents, part], self.shares[documents, part]


def assign_splits(
    text: TokenizedText, layout: str, fractions: Fractions, seed: int, *, predicts_label: bool
) -> SplitAssignment:
    """Assigns documents, or positions of them, to the splits.

    Documents that the data puts into a split go there whole. The others are assigned to splits by
    the fractions; a split of val and test that was given takes no share of them. Sequences are
    never cut, nor is what makes up a stream, unless it is one text or a few: to generate, fewer
    than `FEW_DOCUMENTS`; to classify, one for each label. Documents of a group stay together,
    unless there are fewer groups than splits: then a file's documents are all there is to split.

    Args:
        predicts_label: whether a document's label is to be predicted.
    """
    given = sorted(set(text.parts[text.parts != UNASSIGNED].tolist()))
    weights = shares_left(fractions, given)
    open_ = text.parts == UNASSIGNED
    cut = layout == "stream" and not _is_collection(text, open_, predicts_label)
    texts: Sequence[str] = []
    if given or not cut:
        texts = text.all_texts() if layout == "sequences" else text.all_keys()
    sides = text.parts.copy()
    if not cut:
        stratified = layout == "sequences" or predicts_label
        sides[open_] = _split_open(text, texts, open_, weights, seed, stratified=stratified)
    shares = text.lengths[:, None] * (sides[:, None] == np.arange(len(SPLITS)))
    if cut:
        shares[open_] = apportion(text.lengths[open_], weights)
    there = tuple(sorted({*given, *(needed_splits(weights) if open_.any() else ())}))
    places, sides_of_pieces = np.nonzero(shares)
    scarce = scarce_labels(_names(text, places), sides_of_pieces, there)
    return SplitAssignment(
        shares, there, cut and bool(open_.any()), scarce, _overlap(texts, shares, given)
    )


def _split_open(
    text: TokenizedText,
    texts: Sequence[str],
    open_: npt.NDArray[np.bool_],
    fractions: Fractions,
    seed: int,
    *,
    stratified: bool,
) -> npt.NDArray[np.int8]:
    """The splits of the documents that the data puts into none: of whole groups, or of texts."""
    places = np.flatnonzero(open_)
    chosen = [texts[place] for place in places.tolist()]
    named = text.fields.groups
    if named is not None:
        groups = [
            (False, texts[place]) if (name := named[place]) is None else (True, name)
            for place in places.tolist()
        ]
        if len(set(groups)) >= len(needed_splits(fractions)):
            return split_groups(groups, text.lengths[open_], fractions, seed)
    labels = _names(text, places) if stratified else [None] * len(chosen)
    return split_documents(chosen, labels, fractions, seed)


def _is_collection(text: TokenizedText, open_: npt.NDArray[np.bool_], predicts_label: bool) -> bool:
    """Whether a stream's documents are so many that each may stay whole."""
    if predicts_label and text.label_ids is not None:
        return int(np.bincount(text.label_ids[open_]).max(initial=0)) > 1
    return int(open_.sum()) >= FEW_DOCUMENTS


def _names(text: TokenizedText, places: npt.NDArray[np.intp]) -> list[str | None]:
    """The labels of the documents at these places."""
    if text.label_ids is None:
        return [None] * len(places)
    return [text.labels[i] for i in text.label_ids[places].tolist()]


def _overlap(texts: Sequence[str], shares: Integers, given: Sequence[int]) -> dict[str, int]:
    def texts_in(part: int) -> list[str]:
        return [texts[place] for place in np.flatnonzero(shares[:, part]).tolist()]

    apart = [part for part in given if part != TRAIN]
    learnt = set(texts_in(TRAIN)) if apart else set()
    return {SPLITS[part]: sum(text in learnt for text in texts_in(part)) for part in apart}
