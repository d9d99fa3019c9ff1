"""What a corpus must hold before a task can train on it and be measured."""

from charlab.data.corpus import Corpus
from charlab.data.texts import NAMES
from charlab.errors import DataError


def require_trainable(corpus: Corpus, *, purpose: str, seq_len: int) -> None:
    """Refuses a corpus that is too small or lacks labels for a task.

    Args:
        corpus: what was built.
        purpose: "generate" or "classify".
        seq_len: T, symbols of a training window in the stream layout.

    Raises:
        DataError: classification with fewer than two labels; a stream whose train part is
            shorter than one window; a val or test part without anything to measure.
    """
    if purpose == "classify":
        _require_classes(corpus)
    elif corpus.layout == "stream":
        _require_window(corpus, seq_len)
    for split in corpus.splits:
        _require_measurable(corpus, split, purpose)


def _require_classes(corpus: Corpus) -> None:
    if not corpus.labels:
        raise DataError(
            "classification needs labels and the documents have none: "
            "give a folder with one file for each class as dataset.path, or use task=generate"
        )
    if len(corpus.labels) == 1:
        raise DataError(
            f"classification needs two classes or more and all documents are of the one class "
            f"{corpus.labels[0]!r}: add documents of another, or use task=generate"
        )


def _require_window(corpus: Corpus, seq_len: int) -> None:
    length = corpus.splits["train"].characters
    if length >= seq_len + 1:
        return
    remedy = "give more text"
    if length > 1:
        remedy += f" or set dataset.seq_len to {length - 1} or less"
    unit = corpus.vocabulary.unit
    raise DataError(
        f"the train part of the text has {length} {NAMES[unit]} and one window with the "
        f"{'character' if unit == 'char' else unit} after it takes {seq_len + 1} "
        f"(dataset.seq_len={seq_len}): {remedy}"
    )


def _require_measurable(corpus: Corpus, split: str, purpose: str) -> None:
    """A document's first character is not predicted in a stream: one alone measures nothing."""
    part = corpus.splits[split]
    stream = corpus.layout == "stream" and purpose == "generate"
    needed = max(part.documents, 1) + 1 if stream else 1
    if part.characters >= needed:
        return
    whole = sum(part.characters for part in corpus.splits.values())
    more = "text" if corpus.report.cut_documents else "documents (none is cut), each label some"
    raise DataError(
        f"the {split} part has {part.characters} of {whole} {NAMES[corpus.vocabulary.unit]} and "
        f"needs at least {needed}: give more {more}, or change dataset.split.fractions "
        "(a fraction of 0 goes without that part)"
    )
