"""Training batches of short documents, grouped by length so that little is padding."""

from collections.abc import Iterator

import numpy as np
import torch

from charlab.data.batch import Batch
from charlab.data.encoded import Encoded, cut_windows, smallest_signed
from charlab.data.rows import padded_rows


class SequenceBatches:
    """Short documents in padded batches, all once an epoch, in an order of the epoch's own.

    Every epoch sorts the documents by length, ties at random, cuts them into batches whose
    numbers of documents differ by one at most, and shuffles the batches. An epoch's batches
    depend on the seed and its number alone, so that any of them can be the first.

    Args:
        encoded: the documents of a split, at least one.
        batch_size: B, documents of a batch at most.
        seed: for the order.
        purpose: "generate" or "classify".
        conditional: whether batches for generation carry the labels.
        device: where batches are to be.

    Attributes:
        steps_per_epoch: batches of an epoch.
        characters_per_epoch: `Batch.characters` of all of them together.
        padding_share: positions that are padding, of all; the same in every epoch.
    """

    def __init__(
        self,
        encoded: Encoded,
        *,
        batch_size: int,
        seed: int,
        purpose: str,
        conditional: bool = False,
        device: torch.device | str = "cpu",
    ) -> None:
        self._rows = padded_rows(encoded, purpose=purpose, conditional=conditional, device=device)
        self._seed = seed
        # A small type makes NumPy sort by radix: several times faster than by comparison.
        self._lengths = smallest_signed(self._rows.lengths)
        count = len(self._lengths)
        self.steps_per_epoch = -(-count // batch_size)
        self._bounds = np.arange(self.steps_per_epoch + 1) * count // self.steps_per_epoch
        # Sorted lengths are the same every epoch, and so is the shape of every batch.
        in_order = np.sort(self._lengths)
        self._widths = in_order[self._bounds[1:] - 1]
        self._characters = np.add.reduceat(in_order, self._bounds[:-1], dtype=np.int64)
        self.characters_per_epoch = int(self._characters.sum())
        positions = int((self._widths.astype(np.int64) * np.diff(self._bounds)).sum())
        self.padding_share = 1 - self.characters_per_epoch / positions

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, from the ``start``-th on; earlier ones are not computed."""
        generator = np.random.default_rng([self._seed, epoch])
        order = generator.permutation(len(self._lengths))
        order = order[np.argsort(self._lengths[order], kind="stable")]
        documents = self._rows.to_device(order)
        for step in generator.permutation(self.steps_per_epoch)[start:].tolist():
            begin, end = self._bounds[step : step + 2].tolist()
            width, characters = int(self._widths[step]), int(self._characters[step])
            yield self._rows.batch(documents[begin:end], width, characters)


class WindowBatches(SequenceBatches):
    """Windows of long documents, each an example labelled by its document, for classification.

    Args:
        encoded: the pieces of a split.
        batch_size: B, windows of a batch at most.
        seq_len: characters of a window at most; those of a piece differ by one at most.
        seed: for the order.
        device: where batches are to be.
    """

    def __init__(
        self,
        encoded: Encoded,
        *,
        batch_size: int,
        seq_len: int,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        windows = cut_windows(encoded, seq_len)
        super().__init__(
            windows, batch_size=batch_size, seed=seed, purpose="classify", device=device
        )
