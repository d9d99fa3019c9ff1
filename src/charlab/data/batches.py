"""How a split becomes training batches: one class for each form, chosen by layout and purpose."""

from collections.abc import Callable, Iterator
from typing import Protocol

import torch

from charlab.data.batch import ALL, IGNORE, Batch, Shard
from charlab.data.encoded import Encoded
from charlab.data.sequence_batches import SequenceBatches, WindowBatches
from charlab.data.stream_batches import StreamBatches

__all__ = [
    "IGNORE",
    "Batch",
    "SequenceBatches",
    "StreamBatches",
    "TrainingBatches",
    "WindowBatches",
    "training_batches",
]


class TrainingBatches(Protocol):
    """What every form of training batches offers."""

    steps_per_epoch: int
    characters_per_epoch: int

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from the ``start``-th on, whatever was read before."""


def training_batches(
    encoded: Encoded,
    *,
    layout: str,
    purpose: str,
    batch_size: int,
    seq_len: int,
    seed: int,
    conditional: bool = False,
    device: torch.device | str = "cpu",
    shard: Shard = ALL,
) -> TrainingBatches:
    """The training batches of a split in the form that layout and purpose ask for.

    Args:
        encoded: the train split.
        layout: "sequences" or "stream".
        purpose: "generate" or "classify".
        batch_size: documents, lanes or windows of a batch, those of all processes together.
        seq_len: T, characters of a window (streams only).
        seed: for the order (a stream to generate from has none).
        conditional: whether generation sees the labels (sequences only).
        device: where batches are to be.
        shard: the share of every batch that this process takes.

    Raises:
        ValueError: if layout or purpose is unknown, or a stream is to be conditional.
        ConfigError: if there is not something in every batch for each process.
    """
    if conditional and layout == "stream" and purpose == "generate":
        raise ValueError("a stream has no labels to condition generation on")
    forms: dict[tuple[str, str], Callable[[], TrainingBatches]] = {
        ("sequences", "generate"): lambda: SequenceBatches(
            encoded,
            batch_size=batch_size,
            seed=seed,
            purpose="generate",
            conditional=conditional,
            device=device,
            shard=shard,
        ),
        ("sequences", "classify"): lambda: SequenceBatches(
            encoded,
            batch_size=batch_size,
            seed=seed,
            purpose="classify",
            device=device,
            shard=shard,
        ),
        ("stream", "generate"): lambda: StreamBatches(
            encoded, batch_size=batch_size, seq_len=seq_len, device=device, shard=shard
        ),
        ("stream", "classify"): lambda: WindowBatches(
            encoded,
            batch_size=batch_size,
            seq_len=seq_len,
            seed=seed,
            device=device,
            shard=shard,
        ),
    }
    if (layout, purpose) not in forms:
        raise ValueError(f"no batches for {layout=} and {purpose=}")
    return forms[layout, purpose]()
