"""Which words of a text a model predicts worst."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.words import split_words

_SHORTEST = 3  # characters: a shorter word says little


@dataclass(frozen=True)
class WordBits:
    """A word and what it costs.

    Attributes:
        pieces: what it is made of: characters, or the word itself.
        count: how often it stands in the text.
        bits: what each piece costs in the mean of all places, (pieces,).
    """

    pieces: tuple[str, ...]
    count: int
    bits: npt.NDArray[np.float64]

    @property
    def text(self) -> str:
        """The word."""
        return "".join(self.pieces).removeprefix(" ")

    @property
    def total(self) -> float:
        """Bits of one occurrence in the mean."""
        return float(self.bits.sum())

    @property
    def per_character(self) -> float:
        """Bits per character of the word."""
        return self.total / len(self.text)


def words_of(
    texts: Iterable[tuple[Sequence[str], npt.NDArray[np.float64]]],
) -> list[WordBits]:
    """The words of texts with their bits; shorter ones than three characters are left out.

    Args:
        texts: of each the pieces that it is made of, and each one's bits (NaN: not predicted).
    """
    sums: dict[tuple[str, ...], npt.NDArray[np.float64]] = {}
    counts: dict[tuple[str, ...], int] = {}
    for pieces, bits in texts:
        starts = [0, *accumulate(map(len, pieces))]
        place = 0  # of a piece
        position = 0  # of a character
        for token in split_words("".join(pieces)):
            position += len(token)
            begin = place
            while place < len(pieces) and starts[place] < position:
                place += 1
            if begin < place and pieces[begin] == " ":
                begin += 1
            own = tuple(pieces[begin:place])
            if len(token.strip()) < _SHORTEST or not token.strip()[0].isalpha():
                continue
            if np.isnan(bits[begin:place]).any():
                continue
            sums[own] = sums.get(own, 0) + bits[begin:place]
            counts[own] = counts.get(own, 0) + 1
    return [WordBits(own, counts[own], sums[own] / counts[own]) for own in sums]
