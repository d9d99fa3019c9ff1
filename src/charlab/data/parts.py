"""The parts of a tokenized text: its tokens in the ids of a vocabulary, and what lies beside."""

from dataclasses import replace

import numpy as np

from charlab.data.assignment import SplitAssignment
from charlab.data.documents.document import SPLITS
from charlab.data.tokens import learn_vocabulary
from charlab.data.tokens.ragged import (
    HELD,
    EncodedSplit,
    Ragged,
    SelectedIds,
    TokenIds,
    flat_offsets,
)
from charlab.data.tokens.tokenized import TokenizedText
from charlab.data.tokens.vocabulary import Integers, Unsigned, Vocabulary


def cut_splits(
    text: TokenizedText, assignment: SplitAssignment, table: Unsigned, layout: str
) -> dict[str, EncodedSplit]:
    """The splits' tokens with their ids in the vocabulary: of each token, (S,), in ``table``."""
    hold = layout == "sequences" or len(text.token_ids) <= HELD
    splits = {}
    for part in assignment.parts:
        documents, starts, lengths = assignment.pieces(part)
        selected = SelectedIds(text.token_ids, starts, lengths, table)
        ids: TokenIds = selected[:] if hold else selected
        labels = None if text.label_ids is None else text.label_ids[documents]
        tags = text.fields.tag_ids
        if tags is not None:
            tags = _spans(tags, starts, lengths)
        splits[SPLITS[part]] = EncodedSplit(ids, flat_offsets(lengths), labels, tags)
    return splits


def with_targets(
    splits: dict[str, EncodedSplit], text: TokenizedText, assignment: SplitAssignment, unit: str
) -> tuple[dict[str, EncodedSplit], Vocabulary | None]:
    """The splits with their documents' targets in ``unit``, and the vocabulary of train's."""
    targets, tokens = text.fields.targets, text.fields.target_tokens
    if targets is None:
        return splits, None
    numbers: dict[str, int] = {}
    texts = np.array([numbers.setdefault(key, len(numbers)) for key in text.all_texts()])
    found = {}
    for part in assignment.parts:
        documents, _, _ = assignment.pieces(part)
        name = SPLITS[part]
        splits[name] = replace(splits[name], texts=texts[documents])
        lengths = targets.lengths[documents]
        ids = _spans(targets.ids[:], targets.offsets[documents], lengths)
        found[name] = Ragged(ids, flat_offsets(lengths))
    counts = np.bincount(found["train"].ids[:], minlength=len(tokens))
    vocabulary, table, _ = learn_vocabulary(unit, tokens, counts, min_count=1)
    return {
        name: replace(split, targets=Ragged(table[found[name].ids[:]], found[name].offsets))
        for name, split in splits.items()
    }, vocabulary


def _spans(ids: Unsigned, starts: Integers, lengths: Integers) -> Unsigned:
    """Spans of ids, one after another."""
    every = np.arange(int(ids.max(initial=0)) + 1, dtype=ids.dtype)
    return SelectedIds(ids, starts, lengths, every)[:]
