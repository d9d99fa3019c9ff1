"""Training batches of short documents, grouped by length so that little is padding."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from charlab.data.batch import ALL, Batch, LabelUse, Shard, Whole
from charlab.data.encoded import Encoded, cut_windows, smallest_signed
from charlab.data.rows import padded_rows
from charlab.errors import ConfigError


class SequenceBatches:
    """Short documents in padded batches, all once an epoch, in an order of the epoch's own.

    Every epoch sorts the documents by length, ties at random, cuts them into batches whose
    numbers of documents differ by one at most, and shuffles the batches. An epoch's batches
    depend on the seed and its number alone, so that any of them can be the first.

    Args:
        encoded: the documents of a split, at least one.
        batch_size: documents of a batch at most, those of all processes together.
        seed: for the order.
        labels: what they are for.
        device: where batches are to be.
        shard: the share of every batch's documents that this process takes; they are dealt out
            in turn, so that all processes' are of much the same lengths.

    Attributes:
        steps_per_epoch: batches of an epoch.
        characters_per_epoch: `Batch.characters` of all of them together.
        padding_share: positions that are padding, of all; the same in every epoch.

    Raises:
        ConfigError: if a batch has fewer documents than there are processes.
    """

    def __init__(
        self,
        encoded: Encoded,
        *,
        batch_size: int,
        seed: int,
        labels: LabelUse,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
    ) -> None:
        self._rows = padded_rows(encoded, labels=labels, device=device)
        self._seed = seed
        # A small type makes NumPy sort by radix: several times faster than by comparison.
        self._lengths = smallest_signed(self._rows.lengths)
        count = len(self._lengths)
        self.steps_per_epoch = -(-count // batch_size)
        self._bounds = np.arange(self.steps_per_epoch + 1) * count // self.steps_per_epoch
        if (fewest := int(np.diff(self._bounds).min())) < shard.count:
            raise ConfigError(
                f"a batch of {fewest} document(s) or windows is too small for {shard.count} "
                "processes: raise dataset.batch_size, or lower trainer.devices"
            )
        self._shard = shard
        self._all_labels = (
            torch.tensor(encoded.labels, device=device)
            if shard.count > 1 and labels is LabelUse.TARGET
            else None
        )
        # Sorted lengths are the same every epoch, and so is the shape of every batch.
        self._in_order = in_order = np.sort(self._lengths)
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
            if self._shard.count == 1:
                yield self._rows.batch(documents[begin:end], width, characters)
            else:
                yield self._share(documents[begin:end], self._in_order[begin:end])

    def _share(self, documents: Tensor, lengths: npt.NDArray[np.signedinteger]) -> Batch:
        """This process's share of a batch, from all its documents and their lengths, (B,)."""
        mine = slice(self._shard.index, None, self._shard.count)
        own = lengths[mine].astype(np.int64)
        batch = self._rows.batch(documents[mine], int(own[-1]), int(own.sum()))
        labels = self._all_labels
        if labels is not None:
            labels = labels[documents.to(labels.device)]
        whole = Whole(int(lengths.astype(np.int64).sum()), labels)
        return dataclasses.replace(batch, whole=whole)


class WindowBatches(SequenceBatches):
    """Windows of long documents, each an example labelled by its document, for classification.

    Args:
        encoded: the pieces of a split.
        batch_size: windows of a batch at most, those of all processes together.
        seq_len: characters of a window at most; those of a piece differ by one at most.
        seed: for the order.
        device: where batches are to be.
        shard: the share of every batch's windows that this process takes.
    """

    def __init__(
        self,
        encoded: Encoded,
        *,
        batch_size: int,
        seq_len: int,
        seed: int,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
    ) -> None:
        windows = cut_windows(encoded, seq_len)
        super().__init__(
            windows,
            batch_size=batch_size,
            seed=seed,
            labels=LabelUse.TARGET,
            device=device,
            shard=shard,
        )
