"""The properties of every token of a sample, in a table.

M tokens that are read, P properties.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.tokens import token_lengths
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import FIRST, Vocabulary
from charlab.evaluation.reference_texts import BETWEEN
from charlab.inspection.activations import Reading, Sample
from charlab.inspection.properties import COUNTED, properties_of

_BEFORE = 8_192  # tokens before a stretch that say what it begins inside of
_AFTER = 2_048  # tokens behind it that close what it opens
_MOST_LABELS = 50  # with a property of their own

Table = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PropertyTable:
    """The properties of the tokens of a sample.

    Attributes:
        names: of the properties, P.
        values: of each number of the sample, (1 + M, P); nan where a property is not told.
        counted: which are numbers and not yes or no, (P,).
    """

    names: tuple[str, ...]
    values: Table
    counted: npt.NDArray[np.bool_]


def property_table(
    split: EncodedSplit,
    vocabulary: Vocabulary,
    sample: Sample,
    reading: Reading,
    *,
    labels: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> PropertyTable:
    """The properties of each token of a sample: of its text, its document's label, its own tag.

    A token of several characters has the properties of its last one.

    Args:
        split: what the sample is of.
        vocabulary: its tokens.
        sample: which tokens.
        reading: how the split is read; of a stream nothing is told of where a text begins.
        labels: the documents' labels, in order.
        tags: the tokens' tags, in order.
    """
    columns = _of_text(split, vocabulary, sample)
    if reading.layout == "stream":
        del columns["position in text"]
    looked_at = sample.places >= 0
    place = np.maximum(sample.places, 0)
    if labels and split.labels is not None:
        document = np.searchsorted(split.offsets, place, side="right") - 1
        label = split.labels[document]
        frequent = np.argsort(-np.bincount(label[looked_at], minlength=len(labels)), kind="stable")
        for i in frequent[:_MOST_LABELS].tolist():
            columns[f"label {labels[i]}"] = (label == i).astype(np.float32)
    if tags and split.tags is not None:
        tag = split.tags[place].astype(np.int64)
        for i, name in enumerate(tags[:_MOST_LABELS], start=1):
            columns[f"tag {name}"] = np.where(tag > 0, tag == i, np.nan).astype(np.float32)
    values = np.stack(list(columns.values()), axis=1)
    values[~looked_at] = np.nan
    return PropertyTable(tuple(columns), values, np.array([name in COUNTED for name in columns]))


def _of_text(split: EncodedSplit, vocabulary: Vocabulary, sample: Sample) -> dict[str, Table]:
    """The properties of the text, (1 + M,) each; the text around a stretch is read along."""
    texts: list[str] = []
    ends: list[npt.NDArray[np.int64]] = []
    begin = 0
    for first, last in _stretches(sample):
        document = int(np.searchsorted(split.offsets, first, side="right")) - 1
        start = max(first - _BEFORE, int(split.offsets[document]))
        stop = min(last + _AFTER, int(split.offsets[document + 1]))
        text, found = _spelled(vocabulary, split.ids[start:stop].astype(np.int64))
        texts.append(text)
        ends.append(begin + found[first - start : last - start])
        begin += len(text) + 1
    index = np.append(0, np.concatenate(ends))  # the mark's row is not looked at
    return {name: each[index] for name, each in properties_of(BETWEEN.join(texts)).items()}


def _stretches(sample: Sample) -> list[tuple[int, int]]:
    """Where each span of a sample begins and ends in the split, what warms states up included."""
    offsets = sample.numbered.offsets
    ends = sample.places[offsets[1:]] + 1
    return list(zip((ends - np.diff(offsets)).tolist(), ends.tolist(), strict=True))


def _spelled(
    vocabulary: Vocabulary, ids: npt.NDArray[np.int64]
) -> tuple[str, npt.NDArray[np.int64]]:
    """The text of tokens, and where in it each token's last character is."""
    text = vocabulary.decode(ids.tolist())
    apart = vocabulary.unit == "symbol"  # by a space
    lengths = np.append([0] * (FIRST - 1) + [1], token_lengths(vocabulary.unit, vocabulary.tokens))
    ends = np.cumsum(lengths[ids] + apart) - 1 - apart
    return text, np.clip(ends, 0, max(0, len(text) - 1))
