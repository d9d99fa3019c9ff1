"""From ids back to text: what samples are compared with."""

from itertools import pairwise

import numpy as np

from charlab.data.encoded import Encoded
from charlab.data.vocabulary import Vocabulary

OPENING = 20_000_000  # symbols; looking for copies in more would take memory and patience
CHUNK = 2**18
BETWEEN = "\0"  # stands between documents whose texts are put together

NAMES = {"char": "characters", "byte": "bytes", "word": "words"}
"""By the unit: what several symbols are called."""


def document_texts(encoded: Encoded, vocabulary: Vocabulary) -> list[str]:
    """The text of each document."""
    ids = encoded.array.tolist()
    bounds = pairwise(encoded.offsets.tolist())
    return [vocabulary.decode(ids[begin:end]) for begin, end in bounds]


def opening_text(encoded: Encoded, vocabulary: Vocabulary, symbols: int | None = None) -> str:
    """A split's text, of a large one the beginning; a zero character parts its documents.

    No text holds one, so that no span of it is found across documents.

    Args:
        encoded: the split.
        vocabulary: its vocabulary.
        symbols: as many at most; None: 20 million.
    """
    end = min(encoded.characters, OPENING if symbols is None else symbols)
    bounds = pairwise(np.append(encoded.offsets[encoded.offsets < end], end).tolist())
    return BETWEEN.join(_stretch(encoded, vocabulary, begin, until) for begin, until in bounds)


def _stretch(encoded: Encoded, vocabulary: Vocabulary, begin: int, end: int) -> str:
    parts = []
    held: list[int] = []
    for place in range(begin, end, CHUNK):
        until = min(place + CHUNK, end)
        held += encoded.ids[place:until].tolist()
        whole = len(held) if until == end else vocabulary.whole(held)
        parts.append(vocabulary.decode(held[:whole]))
        held = held[whole:]
    return "".join(parts)


def name_opening(encoded: Encoded, vocabulary: Vocabulary) -> str:
    """What `opening_text` gives of a training split, in words."""
    if encoded.characters <= OPENING:
        return "the training text"
    return f"the first {OPENING:,} {NAMES[vocabulary.unit]} of the training text"
