"""Which symbols of which document go into which split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.numbered import DEALT_OUT, NumberedText
from charlab.data.splits import SPLITS, Fractions, apportion, scarce_labels, split_documents

TRAIN = SPLITS.index("train")


@dataclass(frozen=True)
class Deal:
    """How a text is dealt out.

    Attributes:
        shares: symbols of each document for each split, taken in this order, (n, 3).
        parts: the splits that there are, indices into `SPLITS`.
        scarce: labels that are not in all of them.
        overlap: by split that was given, its documents whose text stands in train as well; of
            sequences alone.
    """

    shares: npt.NDArray[np.int64]
    parts: tuple[int, ...]
    scarce: tuple[str, ...]
    overlap: dict[str, int]


def deal_out(text: NumberedText, layout: str, fractions: Fractions, seed: int) -> Deal:
    """Deals documents (sequences) or positions of them (stream) out to the splits.

    Documents that the data puts into a split go there whole. The others are dealt out by the
    fractions; a split of val and test that was given takes no share of them.

    Args:
        text: the documents.
        layout: "sequences" or "stream".
        fractions: shares of train, val and test.
        seed: another seed, another split (of sequences).
    """
    given = sorted(set(text.parts[text.parts != DEALT_OUT].tolist()))
    weights = shares_left(fractions, given)
    open_ = text.parts == DEALT_OUT
    overlap: dict[str, int] = {}
    if layout == "sequences":
        texts = text.all_texts()
        sides = text.parts.copy()
        sides[open_] = _deal_documents(text, texts, np.flatnonzero(open_), weights, seed)
        shares = text.lengths[:, None] * (sides[:, None] == np.arange(len(SPLITS)))
        overlap = _overlap(texts, sides, given)
    else:
        shares = text.lengths[:, None] * (text.parts[:, None] == np.arange(len(SPLITS)))
        shares[open_] = apportion(text.lengths[open_], weights)
    parts = set(given)
    if open_.any():
        parts |= {part for part, weight in enumerate(weights) if weight > 0}
    there = tuple(sorted(parts))
    places, sides_of_pieces = np.nonzero(shares)
    scarce: tuple[str, ...] = ()
    if text.label_ids is not None:
        names = [text.labels[i] for i in text.label_ids[places].tolist()]
        scarce = scarce_labels(names, sides_of_pieces, there)
    return Deal(shares, there, scarce, overlap)


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


def _deal_documents(
    text: NumberedText,
    texts: Sequence[str],
    places: npt.NDArray[np.intp],
    fractions: Fractions,
    seed: int,
) -> npt.NDArray[np.int8]:
    """The splits of the documents at these places."""
    chosen = places.tolist()
    labels: list[str | None] = [None] * len(chosen)
    if text.label_ids is not None:
        labels = [text.labels[i] for i in text.label_ids[places].tolist()]
    return split_documents([texts[place] for place in chosen], labels, fractions, seed)


def _overlap(
    texts: Sequence[str], sides: npt.NDArray[np.int8], given: Sequence[int]
) -> dict[str, int]:
    if not any(part != TRAIN for part in given):
        return {}
    by_side: list[list[str]] = [[], [], []]
    for text, side in zip(texts, sides.tolist(), strict=True):
        by_side[side].append(text)
    learnt = set(by_side[TRAIN])
    return {
        SPLITS[part]: sum(text in learnt for text in by_side[part])
        for part in given
        if part != TRAIN
    }
