"""A few held-out texts with the labels that a network gives them."""

import numpy as np
from rich.cells import cell_len, set_cell_size

from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.system.terminal import visible
from charlab.tasks.classify.ranking import LabelRanker

_COUNT, _LENGTH = 3, 200  # texts, and tokens of each that are read
_WIDTH = 32  # columns of a text


def held_out_examples(corpus: Corpus) -> tuple[str, EncodedSplit] | None:
    """A few texts from all over the test part, or else val; None: there is neither."""
    name = next((name for name in ("test", "val") if name in corpus.splits), None)
    if name is None:
        return None
    split = corpus.splits[name]
    count = min(_COUNT, split.documents)
    places = np.arange(count) * split.documents // max(1, count)
    texts = [
        split.ids[int(begin) : int(min(begin + _LENGTH, end))]
        for begin, end in zip(split.offsets[places], split.offsets[places + 1], strict=True)
    ]
    if not texts or split.labels is None:
        return None
    offsets = flat_offsets([len(text) for text in texts])
    return name, EncodedSplit(np.concatenate(texts), offsets, split.labels[places])


def describe_examples(ranker: LabelRanker, corpus: Corpus, examples: EncodedSplit) -> list[str]:
    """Each text in a line with its likeliest label, and with its own where that is another."""
    assert examples.labels is not None
    texts = [
        visible(corpus.vocabulary.decode(examples.ids[int(begin) : int(end)].tolist()))
        for begin, end in zip(examples.offsets[:-1], examples.offsets[1:], strict=True)
    ]
    width = min(_WIDTH, max(map(cell_len, texts)))
    lines = []
    for text, answer, label in zip(texts, ranker.answers(examples), examples.labels, strict=True):
        own, named = corpus.labels[label], answer[0][0]
        shown = text if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"
        wrong = "" if named == own else f"  (it is {visible(own)})"
        lines.append(f"  {set_cell_size(shown, width)}  {visible(ranker.line(answer, 1))}{wrong}")
    return lines
