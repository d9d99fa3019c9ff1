"""A few texts, and their predictions one by one."""

import numpy as np
from hypothesis import strategies as st

from charlab.data.tokens.ragged import EncodedSplit, flat_offsets

V = 5  # two marks and three characters

Event = tuple[int, int, int, int]  # before, last, target, label
Documents = list[tuple[list[int], int]]  # each with its label

pieces = st.lists(
    st.tuples(st.lists(st.integers(2, V - 1), min_size=1, max_size=6), st.integers(0, 1)),
    min_size=2,
    max_size=12,
).filter(lambda docs: any(len(text) > 1 for text, _ in docs))


def encode(docs: Documents) -> EncodedSplit:
    ids = np.array([i for text, _ in docs for i in text], dtype=np.uint8)
    labels = np.array([label for _, label in docs], dtype=np.int64)
    return EncodedSplit(ids, flat_offsets([len(text) for text, _ in docs]), labels)


def walk(docs: Documents, layout: str) -> list[Event]:
    """The predictions, one by one."""
    if layout == "stream":
        return [
            (text[p - 2] if p > 1 else 0, text[p - 1], text[p], label)
            for text, label in docs
            for p in range(1, len(text))
        ]
    events = []
    for text, label in docs:
        marked = [0, 0, *text, 0]
        events += [(marked[p - 2], marked[p - 1], marked[p], label) for p in range(2, len(marked))]
    return events
