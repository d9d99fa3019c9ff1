"""What a network has to know of its data."""

from dataclasses import dataclass

import numpy as np

from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import Vocabulary


@dataclass(frozen=True)
class DataFacts:
    """What a network has to know of its data, and a checkpoint keeps of them.

    Attributes:
        vocabulary: the tokens.
        labels: the labels, in order; () without.
        label_counts: training documents of each label; () without labels.
        tags: the tags, in order; () without.
        target_vocabulary: the tokens of targets; None without.
    """

    vocabulary: Vocabulary
    labels: tuple[str, ...] = ()
    label_counts: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    target_vocabulary: Vocabulary | None = None


def facts_of(corpus: Corpus) -> DataFacts:
    """The facts of a corpus."""
    labels = corpus.splits["train"].labels
    classes = len(corpus.labels)
    counts = [] if labels is None else np.bincount(labels, minlength=classes).tolist()
    return DataFacts(
        corpus.vocabulary, corpus.labels, tuple(counts), corpus.tags, corpus.target_vocabulary
    )
