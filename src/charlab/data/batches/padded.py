"""Training batches of short documents, grouped by length so that little is padding."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from charlab.data.batches.batch import (
    ALL,
    IGNORE,
    Batch,
    LabelUse,
    Shard,
    Whole,
    smallest_tensor,
    to_device,
)
from charlab.data.tokens.ragged import HELD, EncodedSplit, smallest_signed
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import ConfigError


class SequenceBatches:
    """Short documents in padded batches, all once an epoch, in an order of the epoch's own.

    Every epoch sorts the documents by length, ties at random, cuts them into batches whose
    numbers of documents differ by one at most, and shuffles the batches. An epoch's batches
    depend on the seed and its number alone, so that any of them can be the first.

    Processes that share a batch take its documents in turn, so that all shares are of much the
    same lengths.

    Args: as of `training_batches`; at least one document.

    Attributes:
        steps_per_epoch: batches of an epoch.
        characters_per_epoch: `Batch.characters` of all of them together.
        padding_share: positions that are padding, of all; the same in every epoch.

    Raises:
        ConfigError: if a batch has fewer documents than there are processes.
    """

    def __init__(
        self,
        encoded: EncodedSplit,
        *,
        batch_size: int,
        seed: int,
        labels: LabelUse,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
    ) -> None:
        self._rows = PaddedRows(encoded, labels=labels, device=device)
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


class PaddedRows:
    """Padded batches of any choice of documents, by index arithmetic on the device.

    Generation reads ``[EOS, c1 … cn]`` and predicts ``[c1 … cn, EOS]``, n+1 positions;
    classification reads ``[c1 … cn]`` and predicts the label. Padding reads ``EOS`` and
    predicts ``IGNORE``, to the right. The whole text is on the device, unless it is too large to be
    held: then its windows, to be classified, are read batch by batch.

    Attributes:
        lengths: positions that each document takes, (n,), on the host.

    Raises:
        ValueError: if labels are asked for and there are none.
    """

    def __init__(
        self, encoded: EncodedSplit, *, labels: LabelUse, device: torch.device | str
    ) -> None:
        self._classify = labels is LabelUse.TARGET
        labelled = labels is not LabelUse.NONE
        if labelled and encoded.labels is None:
            raise ValueError("batches with labels need labelled documents")
        self.lengths = encoded.lengths if self._classify else encoded.lengths + 1
        self._encoded = encoded
        self._lengths = torch.tensor(self.lengths, device=device)
        self._labels = torch.tensor(encoded.labels, device=device) if labelled else None
        self._flat: Tensor | None = None
        if len(encoded.ids) > HELD and self._classify:
            return
        # One mark before every document and one at the end: a document's end mark is the next
        # one's begin mark, and ids and targets are one gather, shifted.
        document = np.arange(encoded.documents)
        marked = np.full(encoded.characters + encoded.documents + 1, EOS, encoded.ids.dtype)
        text = np.ones(len(marked), dtype=bool)
        text[encoded.offsets + np.arange(encoded.documents + 1)] = False
        marked[text] = encoded.ids[:]
        starts = encoded.offsets[:-1] + document + self._classify
        self._flat = to_device(marked, device)
        self._starts = torch.tensor(starts, device=device)

    def to_device(self, order: npt.NDArray[np.int64]) -> Tensor:
        """Document numbers as a tensor where :meth:`batch` takes them."""
        return torch.tensor(order, device="cpu" if self._flat is None else self._flat.device)

    def batch(self, documents: Tensor, width: int, characters: int) -> Batch:
        """The batch of some documents.

        Args:
            documents: their numbers, (B,).
            width: T, the positions of the longest.
            characters: all their positions together.
        """
        steps = torch.arange(width + 1, device=self._lengths.device)
        if self._flat is None:
            text = self._read(documents, width)  # (B, T+1)
            documents = documents.to(steps.device)
        else:
            index = self._starts[documents, None] + steps
            text = self._flat[index.clamp_(max=len(self._flat) - 1)].long()
        lengths = self._lengths[documents]  # (B,)
        valid = steps[:-1] < lengths[:, None]  # (B, T)
        labels = None if self._labels is None else self._labels[documents]
        if self._classify:
            assert labels is not None
            targets, condition = labels, None
        else:
            targets, condition = text[:, 1:].where(valid, IGNORE), labels
        return Batch(
            ids=text[:, :-1].where(valid, EOS),
            targets=targets,
            lengths=lengths,
            fresh=torch.ones_like(documents, dtype=torch.bool),
            labels=condition,
            characters=characters,
        )

    def _read(self, documents: Tensor, width: int) -> Tensor:
        encoded, chosen = self._encoded, documents.numpy()
        rows = np.full((len(chosen), width + 1), EOS, encoded.ids.dtype)
        bounds = zip(encoded.offsets[chosen], encoded.offsets[chosen + 1], strict=True)
        for row, (begin, end) in zip(rows, bounds, strict=True):
            row[: end - begin] = encoded.ids[begin:end]
        return torch.from_numpy(smallest_tensor(rows)).to(self._lengths.device).long()
