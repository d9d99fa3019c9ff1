"""Which symbols of which document go into which split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.numbered import DEALT_OUT, NumberedText
from charlab.data.splits import SPLITS, Fractions, apportion, scarce_labels, split_documents

TRAIN = SPLITS.index("train")

FEW_DOCUMENTS = 8  # fewer are no collection


@dataclass(frozen=True)
class Deal:
    """How a text is dealt out.

    Attributes:
        shares: symbols of each document for each split, taken in this order, (n, 3).
        parts: the splits that there are, indices into `SPLITS`.
        cut: whether documents are cut by position, so that one may be in several.
        scarce: labels that are not in all of them.
        overlap: by split that was given, its documents whose text stands in train as well.
    """

    shares: npt.NDArray[np.int64]
    parts: tuple[int, ...]
    cut: bool
    scarce: tuple[str, ...]
    overlap: dict[str, int]


def deal_out(
    text: NumberedText, layout: str, fractions: Fractions, seed: int, *, predicts_label: bool
) -> Deal:
    """Deals documents, or positions of them, out to the splits.

    Documents that the data puts into a split go there whole. The others are dealt out by the
    fractions; a split of val and test that was given takes no share of them. Sequences are never
    cut, nor is what makes up a stream, unless it is one text or a few: to generate, fewer than
    `FEW_DOCUMENTS`; to classify, one for each label.

    Args:
        text: the documents.
        layout: "sequences" or "stream".
        fractions: shares of train, val and test.
        seed: another seed, another split (of what is not cut).
        predicts_label: whether a document's label is to be predicted.
    """
    given = sorted(set(text.parts[text.parts != DEALT_OUT].tolist()))
    weights = shares_left(fractions, given)
    open_ = text.parts == DEALT_OUT
    cut = layout == "stream" and not _is_collection(text, open_, predicts_label)
    texts: Sequence[str] = []
    if given or not cut:
        texts = text.all_texts() if layout == "sequences" else text.all_keys()
    sides = text.parts.copy()
    if not cut:
        stratified = layout == "sequences" or predicts_label
        labels = _names(text, np.flatnonzero(open_)) if stratified else [None] * len(open_)
        chosen = [texts[place] for place in np.flatnonzero(open_).tolist()]
        sides[open_] = split_documents(chosen, labels[: len(chosen)], weights, seed)
    shares = text.lengths[:, None] * (sides[:, None] == np.arange(len(SPLITS)))
    if cut:
        shares[open_] = apportion(text.lengths[open_], weights)
    parts = set(given)
    if open_.any():
        parts |= {part for part, weight in enumerate(weights) if weight > 0}
    there = tuple(sorted(parts))
    places, sides_of_pieces = np.nonzero(shares)
    scarce: tuple[str, ...] = ()
    if text.label_ids is not None:
        scarce = scarce_labels(_names(text, places), sides_of_pieces, there)
    return Deal(shares, there, cut and bool(open_.any()), scarce, _overlap(texts, shares, given))


def shares_left(fractions: Fractions, given: Sequence[int]) -> Fractions:
    """The fractions by which is dealt out what the data puts nowhere; they sum to 1.

    Args:
        fractions: of train, val and test.
        given: the splits that the data itself fills, indices into `SPLITS`.
    """
    left = [
        0.0 if part != TRAIN and part in given else fraction
        for part, fraction in enumerate(fractions)
    ]
    train, val, test = (fraction / sum(left) for fraction in left)
    return train, val, test


def _is_collection(text: NumberedText, open_: npt.NDArray[np.bool_], predicts_label: bool) -> bool:
    """Whether a stream's documents are so many that each may stay whole."""
    if predicts_label and text.label_ids is not None:
        return int(np.bincount(text.label_ids[open_]).max(initial=0)) > 1
    return int(open_.sum()) >= FEW_DOCUMENTS


def _names(text: NumberedText, places: npt.NDArray[np.intp]) -> list[str | None]:
    """The labels of the documents at these places."""
    if text.label_ids is None:
        return [None] * len(places)
    return [text.labels[i] for i in text.label_ids[places].tolist()]


def _overlap(
    texts: Sequence[str], shares: npt.NDArray[np.int64], given: Sequence[int]
) -> dict[str, int]:
    if not any(part != TRAIN for part in given):
        return {}
    learnt, *others = (
        [texts[place] for place in np.flatnonzero(column).tolist()] for column in shares.T
    )
    known = set(learnt)
    return {
        SPLITS[part]: sum(text in known for text in others[part - 1])
        for part in given
        if part != TRAIN
    }
