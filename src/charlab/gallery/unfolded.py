"""The network of a run over the steps of an example of its data."""

from collections.abc import Iterable, Sequence
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
_LONG = 1_000  # tokens of one that are looked at
_BEGIN, _END = "⊢", "⊣"


def example_of(task: Task[Any], corpus: Corpus) -> Example:
    """A few tokens of the train part, as the task reads them, and what it is to say."""
    split = corpus.splits["train"]
    document = _fitting(split, corpus.vocabulary)
    begin, end = split.offsets[document : document + 2].tolist()
    opening = split.ids[begin : min(end, begin + _LONG)].tolist()
    tokens = _cut(_named(corpus.vocabulary, opening), _STEPS)
    batch = task.run.dataset.batch_size
    form = task.batch_form
    if form is BatchForm.LABEL:
        labels = split.labels
        label = "label" if labels is None else corpus.labels[int(labels[document])]
        return Example(tokens, [label], batch=batch)
    if form is BatchForm.TAGS:
        tags = ("–", *corpus.tags)
        told = [] if split.tags is None else split.tags[begin : min(end, begin + _LONG)].tolist()
        return Example(tokens, _cut([tags[i] for i in told], _STEPS), batch=batch)
    if form is BatchForm.PAIRS and split.targets is not None and corpus.target_vocabulary:
        written = _target(split.targets, document, corpus.target_vocabulary)
        return Example(tokens, [*written, _END], [_BEGIN, *written], batch)
    if corpus.layout == "stream":
        stretch = _named(corpus.vocabulary, opening[: _STEPS + 1])
        return Example(stretch[:-1], stretch[1:], batch=batch)
    tokens = _cut(_named(corpus.vocabulary, opening), _STEPS - 1)
    return Example([_BEGIN, *tokens], [*tokens, _END], batch=batch)


def _fitting(split: EncodedSplit, vocabulary: Vocabulary) -> int:
    """Of the first documents one that is short and that any font can show, as far as there is."""
    lengths = split.lengths[:_LOOKED_AT]
    is_plain = np.array([name.isascii() for name in _named(vocabulary, range(vocabulary.size))])
    begins, ends = split.offsets[: len(lengths)], split.offsets[1 : len(lengths) + 1]
    openings = zip(begins.tolist(), np.minimum(ends, begins + _LONG).tolist(), strict=True)
    is_strange = np.array([not is_plain[split.ids[begin:end]].all() for begin, end in openings])
    distance = np.abs(lengths - (_STEPS - 1)) + 50 * is_strange
    if split.targets is not None:
        distance = distance + np.abs(split.targets.lengths[:_LOOKED_AT] - (_STEPS - 1))
    return int(np.lexsort((distance, lengths < 2))[0])  # one token alone leads to no other


def _target(targets: Ragged, document: int, vocabulary: Vocabulary) -> list[str]:
    begin, end = targets.offsets[document : document + 2].tolist()
    names = _named(vocabulary, targets.ids[begin : min(end, begin + _LONG)].tolist())
    return _cut(names, _STEPS - 1)


def _named(vocabulary: Vocabulary, ids: Iterable[int]) -> list[str]:
    names = (_END, REPLACEMENT, *vocabulary.tokens)
    return [names[i] for i in ids]


def _cut(names: Sequence[str], most: int) -> list[str]:
    """As many at most, the last one among them."""
    return list(names) if len(names) <= most else [*names[: most - 2], "…", names[-1]]
