"""The network of a run over the steps of an example of its data."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charlab.data.batches.batch import BatchForm
from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit, Ragged
from charlab.data.tokens.vocabulary import REPLACEMENT, Vocabulary
from charlab.figures.unfolded import Example
from charlab.tasks.task import Task

_STEPS = 5  # that a page has room for
_LOOKED_AT = 2_000  # documents
_BEGIN, _END = "⊢", "⊣"


def example_of(task: Task[Any], corpus: Corpus) -> Example:
    """A few tokens of the train part, as the task reads them, and what it is to say."""
    split = corpus.splits["train"]
    document = _fitting(split)
    begin, end = split.offsets[document : document + 2].tolist()
    ids = split.ids[begin : min(end, begin + _STEPS)].tolist()
    tokens = _named(corpus.vocabulary, ids)
    batch = task.run.dataset.batch_size
    form = task.batch_form
    if form is BatchForm.LABEL:
        labels = split.labels
        label = "label" if labels is None else corpus.labels[int(labels[document])]
        return Example(tokens, [label], batch=batch)
    if form is BatchForm.TAGS:
        tags = ("–", *corpus.tags)
        told = [] if split.tags is None else split.tags[begin : begin + len(tokens)].tolist()
        return Example(tokens, [tags[i] for i in told], batch=batch)
    if form is BatchForm.PAIRS and split.targets is not None and corpus.target_vocabulary:
        written = _target(split.targets, document, corpus.target_vocabulary)
        return Example(tokens, [*written, _END], [_BEGIN, *written], batch)
    if corpus.layout == "stream":
        return Example(tokens[:-1], tokens[1:], batch=batch)
    return Example([_BEGIN, *tokens[: _STEPS - 1]], [*tokens, _END][:_STEPS], batch=batch)


def _fitting(split: EncodedSplit) -> int:
    """A short document, of the first ones; the first where none is short."""
    lengths = split.lengths[:_LOOKED_AT]
    distance = np.abs(lengths - (_STEPS - 1)) + 100 * (lengths < 2)
    if split.targets is not None:
        distance = distance + np.abs(split.targets.lengths[:_LOOKED_AT] - (_STEPS - 2))
    return int(distance.argmin())


def _target(targets: Ragged, document: int, vocabulary: Vocabulary) -> list[str]:
    begin, end = targets.offsets[document : document + 2].tolist()
    return _named(vocabulary, targets.ids[begin : min(end, begin + _STEPS - 1)].tolist())


def _named(vocabulary: Vocabulary, ids: Sequence[int]) -> list[str]:
    names = (_END, REPLACEMENT, *vocabulary.tokens)
    return [names[i] for i in ids]
