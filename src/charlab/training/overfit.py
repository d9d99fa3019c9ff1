"""One batch, again and again: what ``debug=overfit`` trains and validates on."""

import dataclasses
from collections.abc import Iterator

from charlab.data.batches.batch import Batch
from charlab.data.batches.loaders import TrainingBatches


class FirstBatchOnly:
    """The first batch of the first epoch stands for all of training and evaluation.

    Of short documents to generate only the first is kept: nobody could know which of several
    begins, so their loss could not come near zero.

    Args:
        single_document: whether to keep one document only.
    """

    steps_per_epoch = 1

    def __init__(self, batches: TrainingBatches, *, single_document: bool) -> None:
        batch = next(batches.epoch(0))
        self._batch = _first_row(batch) if single_document else batch
        self.characters_per_epoch = self._batch.characters

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batch, once an epoch."""
        yield from [self._batch][start:]

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[Batch]:
        yield self._batch


def _first_row(batch: Batch) -> Batch:
    assert batch.lengths is not None
    width = int(batch.lengths[0])
    return dataclasses.replace(
        batch,
        ids=batch.ids[:1, :width],
        targets=batch.targets[:1, :width],
        lengths=batch.lengths[:1],
        fresh=None if batch.fresh is None else batch.fresh[:1],
        labels=None if batch.labels is None else batch.labels[:1],
        characters=width,
        predictions=width,
    )
