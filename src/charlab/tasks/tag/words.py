"""What of a text has a tag: every character, or words; where words end in texts from elsewhere."""

import re
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import FIRST, Vocabulary
from charlab.data.tokens.words import token_starts

_INKED = re.compile(r"\S+")  # what is no white space
_UNBROKEN = 0.9  # share of tags that another follows at once, where characters have them


def what_is_tagged(corpus: Corpus) -> str:
    """What has a tag in the train part.

    Returns:
        "character": everything, but for white space and a text's beginning perhaps; "space": words
        as white space parts them; "word": words and punctuation marks.
    """
    train = corpus.splits["train"]
    assert train.tags is not None
    tags, blank = train.tags > 0, blank_tokens(train, corpus.vocabulary)
    inside = np.zeros_like(tags)  # of a character of several bytes all but the last
    if corpus.vocabulary.unit == "byte":
        inside[:-1] = (train.ids[1:] - FIRST) & 0xC0 == 0x80
    runs = (tags[:-1] & tags[1:]).sum() >= _UNBROKEN * tags.sum()
    if runs or (tags | blank | inside).all():
        return "character"
    last = np.append(blank[1:], True)
    last[train.offsets[1:] - 1] = True
    return "space" if np.array_equal(tags, last & ~blank) else "word"


def blank_tokens(split: EncodedSplit, vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    """Which tokens of a split are white space, (N,)."""
    table = np.array([False, False, *(token.isspace() for token in vocabulary.tokens)])
    if vocabulary.unit == "byte":
        table[[FIRST + ord(blank) for blank in "\t\n\v\f\r "]] = True
    blank: npt.NDArray[np.bool_] = table[split.ids[:]]
    return blank


def tagged_spans(text: str, tagged: str) -> list[tuple[int, int]]:
    """Where in a text what has a tag begins and ends, in characters.

    Args:
        text: what training read texts like.
        tagged: "character", "space" or "word", as `what_is_tagged` says.
    """
    if tagged == "character":
        return [(i, i + 1) for i in range(len(text))]
    borders = [*token_starts(text), len(text)] if tagged == "word" else [0, len(text)]
    return [
        run.span() for begin, end in pairwise(borders) for run in _INKED.finditer(text, begin, end)
    ]
