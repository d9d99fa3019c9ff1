"""What became of a text on its way into a corpus."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charlab.data.encoded import Encoded
from charlab.data.normalize import NormalizationReport
from charlab.data.vocabulary import UNKNOWN


@dataclass(frozen=True)
class CorpusReport:
    """Counts of what was kept, dropped and dealt out; plain values, for a log.

    Attributes:
        documents: documents kept.
        characters: their characters.
        distinct_characters: distinct ones among them.
        dropped_characters: how often normalization dropped which character.
        emptied_documents: documents of which normalization left nothing.
        repeats_dropped: documents left out because text and label had come before.
        duplicate_documents: documents whose text an earlier one has too, whatever the label.
        scarce_labels: labels with too few texts to be in every part.
        unknown_share: by split, the share of its characters that train lacks.
        split_documents: by split, its documents (of a stream: pieces of documents).
        split_characters: by split, its characters.
    """

    documents: int
    characters: int
    distinct_characters: int
    dropped_characters: dict[str, int]
    emptied_documents: int
    repeats_dropped: int
    duplicate_documents: int
    scarce_labels: tuple[str, ...]
    unknown_share: dict[str, float]
    split_documents: dict[str, int]
    split_characters: dict[str, int]


def report_corpus(
    texts: Sequence[str],
    normalization: NormalizationReport,
    splits: dict[str, Encoded],
    *,
    repeats_dropped: int,
    distinct_characters: int,
    scarce: tuple[str, ...],
) -> CorpusReport:
    """Counts over normalized texts and their encoded splits."""
    unknown = {
        name: float(np.mean(split.ids == UNKNOWN)) if split.characters else 0.0
        for name, split in splits.items()
    }
    return CorpusReport(
        documents=len(texts),
        characters=sum(split.characters for split in splits.values()),
        distinct_characters=distinct_characters,
        dropped_characters=dict(normalization.dropped_characters),
        emptied_documents=normalization.emptied_documents,
        repeats_dropped=repeats_dropped,
        duplicate_documents=len(texts) - len(set(texts)),
        scarce_labels=scarce,
        unknown_share=unknown,
        split_documents={name: split.documents for name, split in splits.items()},
        split_characters={name: split.characters for name, split in splits.items()},
    )
