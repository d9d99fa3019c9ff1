"""All targets of a text that are right, beside the batches that it is measured by."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from charlab.data.batches.batch import IGNORE, Batch
from charlab.data.batches.evaluation import EvaluationBatches
from charlab.data.tokens.ragged import EncodedSplit, Ragged
from charlab.data.tokens.vocabulary import EOS

Tokens = tuple[int, ...]


@dataclass(frozen=True)
class PairBatch(Batch):
    """A batch of pairs with all targets that are right.

    Attributes:
        references: of each row the targets that its text has in the split.
    """

    references: Sequence[Sequence[Tokens]] = ()


class WithReferences:
    """Batches of a split's pairs, each with all targets that its text has there.

    Args:
        batches: the split's; the label of a row says which document it is.
        split: the split.
    """

    def __init__(self, batches: EvaluationBatches, split: EncodedSplit) -> None:
        assert split.texts is not None
        self._batches = batches
        of_texts = targets_of_texts(split)
        self._references = [of_texts[text] for text in split.texts.tolist()]

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._batches:
            assert batch.labels is not None
            references = [self._references[document] for document in batch.labels.tolist()]
            values = {field.name: getattr(batch, field.name) for field in fields(Batch)}
            yield PairBatch(**values, references=references)


def targets_of_texts(split: EncodedSplit) -> dict[int, list[Tokens]]:
    """The different targets of each text of a split, by its number (`EncodedSplit.texts`)."""
    assert split.targets is not None
    assert split.texts is not None
    found = defaultdict[int, list[Tokens]](list)
    for text, target in zip(split.texts.tolist(), documents_of(split.targets), strict=True):
        if target not in (known := found[text]):
            known.append(target)
    return found


def documents_of(ragged: Ragged) -> Iterator[Tokens]:
    """The tokens of each document."""
    ids = ragged.ids[:].tolist()
    for begin, end in zip(ragged.offsets[:-1].tolist(), ragged.offsets[1:].tolist(), strict=True):
        yield tuple(ids[begin:end])


def references_of(batch: Batch) -> Sequence[Sequence[Tokens]]:
    """Of each row the targets that are right: its own alone, where no others are known."""
    if isinstance(batch, PairBatch):
        return batch.references
    rows = batch.targets.tolist()
    return [[tuple(token for token in row if token not in (IGNORE, EOS))] for row in rows]
