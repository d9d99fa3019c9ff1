"""What became of a text on its way into a corpus."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.assignment import SplitAssignment
from charlab.data.documents.document import SPLITS
from charlab.data.tokens import token_lengths
from charlab.data.tokens.ragged import CHUNK
from charlab.data.tokens.tokenized import TokenizedText
from charlab.data.tokens.vocabulary import Integers
from charlab.system.words import counted


@dataclass(frozen=True)
class CorpusReport:
    """Counts of what was kept, dropped and assigned to splits; plain values, for a log.

    A token is what is predicted: a character, a byte or a word. Characters are Unicode code
    points of the normalized text.

    Attributes:
        documents: documents kept.
        characters: their characters.
        distinct_tokens: distinct tokens among them.
        dropped_characters: how often normalization dropped which character.
        emptied_documents: documents of which normalization left nothing.
        repeats_dropped: documents left out because text and label had come before.
        duplicate_documents: documents whose text an earlier one has too, whatever the label.
        scarce_labels: labels with too few texts to be in every part.
        rare_tokens: tokens of train that are too rare to be known (``dataset.min_count``).
        rare_occurrences: how often they occur in train.
        overlap: by split that was given, its documents whose text stands in train as well.
        unknown_share: by split, the share of its tokens that the vocabulary lacks.
        unknown_tokens: by split, how many they are.
        cut_documents: whether parts of a document may be in several splits.
        split_documents: by split, its documents (of a stream: pieces of documents).
        split_characters: by split, its tokens.
        predicted_characters: by split, the characters of its tokens that are predicted: in a
            stream all but each piece's first.
        predicted_unknown: by split, how many of these tokens the vocabulary lacks.
        predicted_unknown_characters: by split, their characters.
    """

    documents: int
    characters: int
    distinct_tokens: int
    dropped_characters: dict[str, int]
    emptied_documents: int
    repeats_dropped: int
    duplicate_documents: int
    scarce_labels: tuple[str, ...]
    rare_tokens: int
    rare_occurrences: int
    overlap: dict[str, int]
    unknown_share: dict[str, float]
    unknown_tokens: dict[str, int]
    cut_documents: bool
    split_documents: dict[str, int]
    split_characters: dict[str, int]
    predicted_characters: dict[str, int]
    predicted_unknown: dict[str, int]
    predicted_unknown_characters: dict[str, int]

    @property
    def repeats_in_words(self) -> str:
        """How many documents repeat an earlier one's text."""
        return _repeating(self.duplicate_documents)

    @property
    def left_out_in_words(self) -> str:
        """How many repeat its label as well, of which nothing is kept."""
        are = "is" if self.repeats_dropped == 1 else "are"
        return f"{_repeating(self.repeats_dropped)} and label and {are} left out (dataset.distinct)"


def _repeating(count: int) -> str:
    return f"{counted(count, 'document')} repeat{'s' * (count == 1)} an earlier one's text"


def report_corpus(
    text: TokenizedText,
    assignment: SplitAssignment,
    layout: str,
    *,
    counts: Integers,
    known: npt.NDArray[np.bool_],
    rare: tuple[int, int],
) -> CorpusReport:
    """Counts over normalized texts and their splits.

    Args:
        text: the documents.
        assignment: how they were assigned to splits.
        layout: "sequences" or "stream".
        counts: how often each token stands in each split, (3, S).
        known: whether the vocabulary has it, (S,).
        rare: tokens of train that are too rare to be known, and how often they occur.
    """
    predicted = counts - (_first_tokens(text, assignment) if layout == "stream" else 0)
    lengths = token_lengths(text.unit, text.tokens)

    def by_split(sums: Integers) -> dict[str, int]:
        return {SPLITS[part]: int(sums[part]) for part in assignment.parts}

    tokens, unknown = by_split(counts.sum(axis=1)), by_split(counts @ ~known)
    return CorpusReport(
        documents=len(text.lengths),
        characters=int(text.characters.sum()),
        distinct_tokens=int((counts.sum(axis=0) > 0).sum()),
        dropped_characters=dict(text.dropped),
        emptied_documents=text.emptied,
        repeats_dropped=text.repeats_dropped,
        duplicate_documents=text.duplicates,
        scarce_labels=assignment.scarce,
        rare_tokens=rare[0],
        rare_occurrences=rare[1],
        overlap=assignment.overlap,
        unknown_share={name: unknown[name] / max(1, tokens[name]) for name in tokens},
        unknown_tokens=unknown,
        cut_documents=assignment.cut,
        split_documents=by_split((assignment.shares > 0).sum(axis=0)),
        split_characters=tokens,
        predicted_characters=by_split(predicted @ lengths),
        predicted_unknown=by_split(predicted @ ~known),
        predicted_unknown_characters=by_split(predicted @ (lengths * ~known)),
    )


def _first_tokens(text: TokenizedText, assignment: SplitAssignment) -> Integers:
    """How often each token is the first of a split's pieces, (3, S): nothing predicts it."""
    counts = np.zeros((len(SPLITS), len(text.tokens)), np.int64)
    for part in range(len(SPLITS)):
        _, starts, _ = assignment.pieces(part)
        for near in np.split(starts, np.flatnonzero(np.diff(starts // CHUNK)) + 1):
            if len(near):
                token_ids = text.token_ids[int(near[0]) : int(near[-1]) + 1]
                np.add.at(counts[part], token_ids[near - near[0]], 1)
    return counts
