"""The model beside which a classifier's metrics are read: always the most frequent label."""

import numpy as np

from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import count_windows


def most_frequent_metrics(corpus: Corpus, seq_len: int) -> dict[str, float]:
    """The accuracy of the train part's most frequent label on the last part there is.

    Args:
        corpus: labelled.
        seq_len: tokens of a window, which is an example of a stream; a document is one otherwise.
    """
    split = corpus.held_out
    if split is None:
        return {}

    def examples(name: str) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        encoded, classes = corpus.splits[name], len(corpus.labels)
        if corpus.layout == "stream":
            return count_windows(encoded, seq_len, classes)
        return np.bincount(np.asarray(encoded.labels), minlength=classes)

    counts = examples(split)
    accuracy = counts[examples("train").argmax()] / max(1, counts.sum())
    return {f"{split}/most_frequent_accuracy": float(accuracy)}
