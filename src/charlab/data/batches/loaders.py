"""How a split becomes training batches: a class for each form."""

from collections.abc import Iterator
from typing import Protocol

import torch

from charlab.data.batches.batch import ALL, Batch, BatchForm, Shard, rows_of
from charlab.data.batches.padded import SequenceBatches
from charlab.data.batches.stream import FIXED, StreamBatches, Variation
from charlab.data.tokens.ragged import EncodedSplit


class TrainingBatches(Protocol):
    """What every form of training batches offers."""

    steps_per_epoch: int
    characters_per_epoch: int

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from the ``start``-th on, whatever was read before."""


def training_batches(
    encoded: EncodedSplit,
    *,
    layout: str,
    form: BatchForm,
    batch_size: int,
    seq_len: int,
    seed: int,
    device: torch.device | str = "cpu",
    shard: Shard = ALL,
    vary: Variation = FIXED,
) -> TrainingBatches:
    """The training batches of a split in the form that layout and labels ask for.

    Args:
        encoded: the train split.
        layout: "sequences" or "stream".
        form: what they are for.
        batch_size: documents, lanes or windows of a batch, those of all processes together.
        seq_len: T, characters of a window (streams only).
        seed: for the order, of a stream for what varies.
        device: where batches are to be.
        shard: the share of every batch that this process takes.
        vary: what of a stream's windows is drawn anew for each epoch.

    Raises:
        ValueError: if the layout is unknown, or a stream is to be conditional.
        ConfigError: if there is not something in every batch for each process.
    """
    rows = rows_of(encoded, layout=layout, form=form, seq_len=seq_len)
    if rows is None:
        return StreamBatches(
            encoded,
            batch_size=batch_size,
            seq_len=seq_len,
            device=device,
            shard=shard,
            seed=seed,
            vary=vary,
        )
    return SequenceBatches(
        rows, batch_size=batch_size, seed=seed, form=form, device=device, shard=shard
    )
