"""Which words of a text a model predicts worst."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.words import split_words
from charlab.figures.words import WordBits

_SHORTEST = 3  # characters: a shorter word says little


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
