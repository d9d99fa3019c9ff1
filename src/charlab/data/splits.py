"""Who learns from what: splits that depend on the data and a seed alone, and leak nothing."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import SPLITS
from charlab.data.tokens.ragged import flat_offsets
from charlab.data.tokens.tokenized import UNASSIGNED, TokenizedText
from charlab.errors import ConfigError

Fractions = tuple[float, float, float]

TRAIN = SPLITS.index("train")
FEW_DOCUMENTS = 8  # fewer are no collection


def check_fractions(fractions: Sequence[float]) -> None:
    """Refuses fractions that cannot be: three, none negative, sum 1, train above 0.

    Raises:
        ConfigError: names the key, the rule and the value.
    """
    where = f"dataset.split.fractions={list(fractions)}"
    if len(fractions) != len(SPLITS):
        raise ConfigError(f"{where}: give three numbers, for train, val and test")
    if not all(math.isfinite(fraction) and fraction >= 0 for fraction in fractions):
        raise ConfigError(f"{where}: no fraction may be negative")
    if abs(math.fsum(fractions) - 1) > 1e-6:
        raise ConfigError(f"{where}: the fractions must sum to 1, not {math.fsum(fractions):g}")
    if fractions[0] <= 0:
        raise ConfigError(f"{where}: the first, of the train part, must be above 0")


def apportion(totals: npt.ArrayLike, fractions: Sequence[float]) -> npt.NDArray[np.int64]:
    """Whole shares (n, 3) of every total (n,) by largest remainder (Hamilton's method).

    Every share is within one of its exact quota, and shares sum to the total. Among equal
    remainders the earlier part wins. A part of zero fraction gets nothing.
    """
    totals = np.asarray(totals, dtype=np.int64)
    weights = np.asarray(fractions, dtype=np.float64)
    # Rounding keeps 0.7 · 10 from standing a hair beside 7, and equal remainders equal.
    quotas = (totals[:, None] * (weights / weights.sum())).round(6)
    shares: npt.NDArray[np.int64] = np.floor(quotas).astype(np.int64)
    left = totals - shares.sum(axis=1)
    remainders = np.where(weights > 0, (quotas - shares).round(6), -1.0)
    by_remainder = np.argsort(-remainders, axis=1, kind="stable")
    extra = np.arange(len(weights)) < left[:, None]
    np.put_along_axis(shares, by_remainder, np.take_along_axis(shares, by_remainder, 1) + extra, 1)
    return shares


def split_documents(
    texts: Sequence[str], labels: Sequence[str | None], fractions: Fractions, seed: int
) -> npt.NDArray[np.int8]:
    """Puts every document into a split; the same text never stands in two.

    Distinct texts are split, stratified by label; documents follow their text. A text with
    several labels belongs to the stratum of the rarest. Within a stratum the proportions are
    exact (largest remainder), but a label with at least as many distinct texts as there are
    parts gets one in every part, and any other gets one in train, as long as the texts that it
    shares with rarer labels leave a choice. The order of the documents does not matter.

    Args:
        texts: the documents' texts, after normalization.
        labels: a label for each, or None.
        fractions: shares of train, val and test.
        seed: another seed, another split.

    Returns:
        Index into `SPLITS` for every document, (n,).

    Raises:
        ConfigError: if the fractions or the seed cannot be.
    """
    check_fractions(fractions)
    if seed < 0:
        raise ConfigError(f"dataset.split.seed={seed}: must be 0 or more")
    # An absent label sorts before the empty one and is not confused with it.
    keys = [(label is not None, label or "") for label in labels]
    texts_of: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for text, key in zip(texts, keys, strict=True):
        texts_of[key].add(text)
    side_of: dict[str, int] = {}
    # From the rarest label on: what is still to be placed then is the label's own stratum.
    for key in sorted(texts_of, key=lambda key: (len(texts_of[key]), key)):
        placed = [side_of[text] for text in texts_of[key] if text in side_of]
        stratum = sorted(text for text in texts_of[key] if text not in side_of)
        already = np.bincount(np.array(placed, dtype=np.int64), minlength=len(SPLITS))
        shares = _shares(len(stratum), already, fractions)
        sides = np.repeat(np.arange(len(SPLITS)), shares)
        # A generator for each label: one more label does not shuffle the others anew.
        generator = np.random.default_rng([seed, _number(key)])
        side_of.update(zip(stratum, generator.permutation(sides).tolist(), strict=True))
    return np.array([side_of[text] for text in texts], dtype=np.int8)


def _shares(
    count: int, already: npt.NDArray[np.int64], fractions: Fractions
) -> npt.NDArray[np.int64]:
    """Texts of a stratum for each part; ``already`` counts the label's texts placed before."""
    shares: npt.NDArray[np.int64] = apportion([count], fractions)[0]
    needed = _needed(fractions)
    if count + int(already.sum()) < len(needed):
        needed = needed[:1]  # too few for all: at least learn from one
    for part in needed:
        if already[part] + shares[part] > 0:
            continue
        spare = np.where((already + shares > 1) | ~np.isin(np.arange(3), needed), shares, 0)
        if spare.any():
            shares[int(spare.argmax())] -= 1
            shares[part] += 1
    return shares


def _number(key: tuple[bool, str]) -> int:
    """A number of 64 bits for a label, the same on every machine."""
    digest = hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "little")


def split_groups(
    groups: Sequence[str | None],
    texts: Sequence[str],
    lengths: npt.NDArray[np.int64],
    fractions: Fractions,
    seed: int,
) -> npt.NDArray[np.int8]:
    """Puts every group of documents into a split, so that the splits have their shares of tokens.

    Groups are shuffled and lie one after another on a line; a group belongs to the split in whose
    part of the line its middle is. A part that would be empty is given a small group.

    Args:
        groups: each document's; None: documents of the same text are one.
        texts: the documents' texts.
        lengths: their tokens, (n,).
        fractions: shares of train, val and test.
        seed: another seed, another split.

    Returns:
        Index into `SPLITS` for every document, (n,).
    """
    keys = _group_keys(groups, texts)
    names = sorted(set(keys))
    index = {name: i for i, name in enumerate(names)}
    own = np.array([index[key] for key in keys], np.int64)
    sizes = np.bincount(own, weights=lengths, minlength=len(names))
    order = np.random.default_rng([seed, len(names)]).permutation(len(names))
    middles = np.cumsum(sizes[order]) - sizes[order] / 2
    borders = np.cumsum(fractions)[:-1] * sizes.sum()
    sides = np.empty(len(names), np.int8)
    sides[order] = np.searchsorted(borders, middles, side="right")
    for part in _needed(fractions):
        counts = np.bincount(sides, minlength=len(SPLITS))
        if not counts[part] and counts.max() > 1:
            most = np.flatnonzero(sides == counts.argmax())
            sides[most[sizes[most].argmin()]] = part
    return sides[own]


def _group_keys(groups: Sequence[str | None], texts: Sequence[str]) -> list[tuple[bool, str]]:
    """What documents that stay together share."""
    return [
        (group is not None, text if group is None else group)
        for group, text in zip(groups, texts, strict=True)
    ]


def _needed(fractions: Fractions) -> list[int]:
    """The splits that are to have something, indices into `SPLITS`."""
    return [part for part, fraction in enumerate(fractions) if fraction > 0]


def scarce_labels(
    labels: Sequence[str | None], sides: npt.ArrayLike, parts: Iterable[int]
) -> tuple[str, ...]:
    """Labels that are not in every part there is, sorted.

    Args:
        labels: a label for each document or piece of one, or None.
        sides: its split, an index into `SPLITS`, (n,).
        parts: the splits that there are, indices into `SPLITS`.
    """
    there = set(parts)
    found: dict[str, set[int]] = defaultdict(set)
    for label, side in zip(labels, np.asarray(sides).tolist(), strict=True):
        if label is not None:
            found[label].add(side)
    return tuple(sorted(label for label, sides in found.items() if not there <= sides))


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

    shares: npt.NDArray[np.int64]
    parts: tuple[int, ...]
    cut: bool
    scarce: tuple[str, ...]
    overlap: dict[str, int]

    def pieces(
        self, part: int
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
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
        text: the documents.
        layout: "sequences" or "stream".
        fractions: shares of train, val and test.
        seed: another seed, another split (of what is not cut).
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
    parts = set(given)
    if open_.any():
        parts |= {part for part, weight in enumerate(weights) if weight > 0}
    there = tuple(sorted(parts))
    places, sides_of_pieces = np.nonzero(shares)
    scarce: tuple[str, ...] = ()
    if text.label_ids is not None:
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
        groups = [named[place] for place in places.tolist()]
        if len(set(_group_keys(groups, chosen))) >= len(_needed(fractions)):
            return split_groups(groups, chosen, text.lengths[open_], fractions, seed)
    labels = _names(text, places) if stratified else [None] * len(chosen)
    return split_documents(chosen, labels, fractions, seed)


def shares_left(fractions: Fractions, given: Sequence[int]) -> Fractions:
    """The fractions by which is assigned to splits what the data puts nowhere; they sum to 1.

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
