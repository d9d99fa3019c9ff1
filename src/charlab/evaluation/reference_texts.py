"""From ids back to text: what samples are compared with."""

from itertools import pairwise

import numpy as np

from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import NAMES, Vocabulary

OPENING = 20_000_000  # tokens; looking for copies in more would take memory and patience


CHUNK = 2**18


BETWEEN = "\0"  # stands between documents whose texts are put together


def document_texts(encoded: EncodedSplit, vocabulary: Vocabulary) -> list[str]:
    """The text of each document."""
    ids = encoded.ids[:].tolist()
    bounds = pairwise(encoded.offsets.tolist())
    return [vocabulary.decode(ids[begin:end]) for begin, end in bounds]


def opening_text(encoded: EncodedSplit, vocabulary: Vocabulary, tokens: int | None = None) -> str:
    """A split's text, of a large one the beginning; a zero character parts its documents.

    No text holds one, so that no span of it is found across documents.

    Args:
        encoded: the split.
        vocabulary: its vocabulary.
        tokens: as many at most; None: 20 million.
    """
    end = min(encoded.characters, OPENING if tokens is None else tokens)
    bounds = pairwise(np.append(encoded.offsets[encoded.offsets < end], end).tolist())
    return BETWEEN.join(_stretch(encoded, vocabulary, begin, until) for begin, until in bounds)


def _stretch(encoded: EncodedSplit, vocabulary: Vocabulary, begin: int, end: int) -> str:
    parts = []
    held: list[int] = []
    for place in range(begin, end, CHUNK):
        until = min(place + CHUNK, end)
        held += encoded.ids[place:until].tolist()
        whole = len(held) if until == end else vocabulary.whole(held)
        parts.append(vocabulary.decode(held[:whole]))
        held = held[whole:]
    return "".join(parts)


def name_opening(encoded: EncodedSplit, vocabulary: Vocabulary) -> str:
    """What `opening_text` gives of a training split, in words."""
    if encoded.characters <= OPENING:
        return "the training text"
    return f"the first {OPENING:,} {NAMES[vocabulary.unit]} of the training text"
