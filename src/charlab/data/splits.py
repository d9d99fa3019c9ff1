"""Who learns from what: splits that depend on the data and a seed alone, and leak nothing."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from charlab.data.documents.document import SPLITS
from charlab.data.tokens.vocabulary import Integers
from charlab.errors import ConfigError

Fractions = tuple[float, float, float]

TRAIN = SPLITS.index("train")


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


def apportion(totals: npt.ArrayLike, fractions: Sequence[float]) -> Integers:
    """Whole shares (n, 3) of every total (n,) by largest remainder (Hamilton's method).

    Every share is within one of its exact quota, and shares sum to the total. Among equal
    remainders the earlier part wins. A part of zero fraction gets nothing.
    """
    totals = np.asarray(totals, dtype=np.int64)
    weights = np.asarray(fractions, dtype=np.float64)
    # Rounding keeps 0.7 · 10 from standing a hair beside 7, and equal remainders equal.
    quotas = (totals[:, None] * (weights / weights.sum())).round(6)
    shares: Integers = np.floor(quotas).astype(np.int64)
    left = totals - shares.sum(axis=1)
    remainders = np.where(weights > 0, (quotas - shares).round(6), -1.0)
    by_remainder = np.argsort(-remainders, axis=1, kind="stable")
    extra = np.arange(len(weights)) < left[:, None]
    np.put_along_axis(shares, by_remainder, np.take_along_axis(shares, by_remainder, 1) + extra, 1)
    return shares


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


def _shares(count: int, already: Integers, fractions: Fractions) -> Integers:
    """Texts of a stratum for each part; ``already`` counts the label's texts placed before."""
    shares: Integers = apportion([count], fractions)[0]
    needed = needed_splits(fractions)
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
    groups: Sequence[tuple[bool, str]], lengths: Integers, fractions: Fractions, seed: int
) -> npt.NDArray[np.int8]:
    """Puts every group of documents into a split, so that the splits have their shares of tokens.

    Groups are shuffled and lie one after another on a line; a group belongs to the split in whose
    part of the line its middle is. A part that would be empty is given a small group.

    Args:
        groups: what the documents of one group share, and no others, (n,).
        lengths: the documents' tokens, (n,).

    Returns:
        Index into `SPLITS` for every document, (n,).
    """
    names = sorted(set(groups))
    index = {name: i for i, name in enumerate(names)}
    own = np.array([index[group] for group in groups], np.int64)
    sizes = np.bincount(own, weights=lengths, minlength=len(names))
    order = np.random.default_rng([seed, len(names)]).permutation(len(names))
    middles = np.cumsum(sizes[order]) - sizes[order] / 2
    borders = np.cumsum(fractions)[:-1] * sizes.sum()
    sides = np.empty(len(names), np.int8)
    sides[order] = np.searchsorted(borders, middles, side="right")
    for part in needed_splits(fractions):
        counts = np.bincount(sides, minlength=len(SPLITS))
        if not counts[part] and counts.max() > 1:
            most = np.flatnonzero(sides == counts.argmax())
            sides[most[sizes[most].argmin()]] = part
    return sides[own]


def needed_splits(fractions: Fractions) -> list[int]:
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
