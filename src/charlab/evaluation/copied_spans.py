"""The longest stretch of a sample that is copied from the training text."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charlab.data.tokens.vocabulary import code_points

_BLOCK = 2**18  # training characters looked at together: bounds memory to some megabytes
_BASE = 0x9E3779B97F4A7C15  # odd, hence invertible modulo 2**64
_TABLE_BITS = 18

Hashes = NDArray[np.uint64]
Positions = NDArray[np.int64]


class CopiedSpan(NamedTuple):
    """A stretch of a sample that stands in the training text.

    Attributes:
        length: characters; 0 if no character is shared.
        start: its position in the sample.
        text: the stretch.
    """

    length: int
    start: int
    text: str


class SpanNovelty:
    """Finds what samples of free text copy from the training text.

    Windows of equal length are compared by polynomial rolling hashes (Karp & Rabin 1987), all of
    them at once. Equal windows have equal hashes, so none is missed, and what hashes alike is
    compared letter by letter, so none is made up: the answer is exact.

    Args:
        training_text: what the model was trained on, normalized as it saw it.
    """

    def __init__(self, training_text: str) -> None:
        self._text = training_text

    def longest_copied_span(self, sample_text: str) -> CopiedSpan:
        """The longest stretch of the sample that stands in the training text.

        Of several of that length, the first in the sample.
        """
        sample = _stirred(sample_text)
        longest = CopiedSpan(0, 0, "")
        if not len(sample):
            return longest
        for begin in range(0, len(self._text), _BLOCK):
            # A stretch may begin in this block and go on in the next.
            text = self._text[begin : begin + _BLOCK + len(sample) - 1]
            block = _Block(text, _stirred(text), sample_text, sample)
            found = block.longest(at_least=max(1, longest.length))
            if (-found.length, found.start) < (-longest.length, longest.start):
                longest = found
        return longest


class _Block:
    """A piece of the training text against the sample."""

    def __init__(self, text: str, codes: Hashes, sample_text: str, sample: Hashes) -> None:
        self._text = text
        self._sample_text = sample_text
        self._size = max(len(codes), len(sample))
        powers = np.full(self._size + 1, _BASE, np.uint64)
        powers[0] = 1
        self._powers = np.multiply.accumulate(powers)
        self._sums = self._prefix_sums(codes)
        self._sample_sums = self._prefix_sums(sample)

    def longest(self, at_least: int) -> CopiedSpan:
        """The longest common stretch, the first of them in the sample; none below ``at_least``."""
        where: Positions = np.arange(len(self._text))
        where = self._common(at_least, where)
        if not self._confirmed(at_least, where):
            return CopiedSpan(0, 0, "")
        # Where n characters are common, fewer are too: steps double, then halve.
        low, step = at_least, 1
        while self._confirmed(low + step, wider := self._common(low + step, where)):
            low, where = low + step, wider
            step *= 2
        while step > 1:
            step //= 2
            wider = self._common(low + step, where)
            if self._confirmed(low + step, wider):
                low, where = low + step, wider
        return self._first_in_sample(low, where)

    def _common(self, n: int, where: Positions) -> Positions:
        """Those of the training positions whose next n characters hash like some in the sample."""
        last = min(len(self._text), len(self._sample_text)) - n
        if last < 0:
            return where[:0]
        where = where[where <= len(self._text) - n]
        hashes = self._hashes(self._sums, where, n)
        wanted = self._sample_hashes(n)
        table = np.zeros(2**_TABLE_BITS, np.bool_)  # far quicker than a search for every window
        shift = np.uint64(64 - _TABLE_BITS)
        table[wanted >> shift] = True
        maybe = np.flatnonzero(table[hashes >> shift])
        return where[maybe[np.isin(hashes[maybe], wanted)]]

    def _confirmed(self, n: int, where: Positions) -> bool:
        """Whether n characters from one of the training positions do stand in the sample."""
        return any(self._text[p : p + n] in self._sample_text for p in where)

    def _first_in_sample(self, n: int, where: Positions) -> CopiedSpan:
        hashes, first = np.unique(self._hashes(self._sums, where, n), return_index=True)
        spans = {self._text[p : p + n] for p in where[first].tolist()}
        wanted = self._sample_hashes(n)
        for start in np.flatnonzero(np.isin(wanted, hashes)).tolist():
            span = self._sample_text[start : start + n]
            if span in spans or span in self._text:
                return CopiedSpan(n, start, span)
        raise AssertionError("a confirmed stretch stands in the sample")

    def _prefix_sums(self, codes: Hashes) -> Hashes:
        """Sums of character times power over the first 0, 1, 2, … characters, modulo 2**64."""
        sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum(codes * self._powers[: len(codes)], out=sums[1:])
        return sums

    def _hashes(self, sums: Hashes, where: Positions, n: int) -> Hashes:
        """Hash of the n characters from each position, whatever the position."""
        shifted = sums[where + n] - sums[where]
        return shifted * self._powers[self._size - where]

    def _sample_hashes(self, n: int) -> Hashes:
        return self._hashes(self._sample_sums, np.arange(len(self._sample_text) - n + 1), n)


def _stirred(text: str) -> Hashes:
    """A 64-bit number for each character, (N,): its code point, its bits stirred (splitmix64)."""
    codes = code_points(text).astype(np.uint64) + np.uint64(_BASE)
    codes = (codes ^ (codes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    codes = (codes ^ (codes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return codes ^ (codes >> np.uint64(31))
