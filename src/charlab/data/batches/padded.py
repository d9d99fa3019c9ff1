"""Training batches of short documents, grouped by length so that little is padding."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from charlab.data.batches.batch import (
    ALL,
    IGNORE,
    Batch,
    BatchForm,
    Shard,
    Whole,
    smallest_tensor,
)
from charlab.data.tokens.ragged import HELD, EncodedSplit, Ragged
from charlab.data.tokens.vocabulary import EOS, Integers, Unsigned
from charlab.errors import ConfigError
from charlab.system.words import counted


class SequenceBatches:
    """Short documents in padded batches, all once an epoch, in an order of the epoch's own.

    Every epoch sorts the documents by size, ties at random, cuts them into batches whose
    numbers of documents differ by one at most, and shuffles the batches. An epoch's batches
    depend on the seed and its number alone, so that any of them can be the first.

    Processes that share a batch take its documents in turn, so that all shares are of much the
    same lengths.

    Args: as of `training_batches`; at least one document.

    Attributes:
        steps_per_epoch: batches of an epoch.
        characters_per_epoch: `Batch.characters` of all of them together.
        padding_share: positions that are padding, of all; the same in every epoch. Of pairs at
            least so much, for texts and targets are padded apart.

    Raises:
        ConfigError: if a batch has fewer documents than there are processes.
    """

    def __init__(
        self,
        encoded: EncodedSplit,
        *,
        batch_size: int,
        seed: int,
        form: BatchForm,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
    ) -> None:
        self._rows = PaddedRows(encoded, form=form, device=device)
        self._seed = seed
        # A small type makes NumPy sort by radix: several times faster than by comparison.
        largest_size = int(self._rows.sizes.max())
        self._sizes = self._rows.sizes.astype(np.min_scalar_type(-largest_size - 1))
        count = len(self._sizes)
        self.steps_per_epoch = -(-count // batch_size)
        self._bounds = np.arange(self.steps_per_epoch + 1) * count // self.steps_per_epoch
        if (fewest := int(np.diff(self._bounds).min())) < shard.count:
            raise ConfigError(
                f"a batch of {counted(fewest, 'document')} or windows is too small for "
                f"{shard.count} processes: raise dataset.batch_size, or lower trainer.devices"
            )
        self._shard = shard
        self._all_labels = (
            torch.tensor(encoded.labels, device=device)
            if shard.count > 1 and form is BatchForm.LABEL
            else None
        )
        self.characters_per_epoch = int(self._rows.characters.sum())
        # Sorted sizes are the same every epoch, and so is the largest of every batch.
        largest = np.sort(self._rows.sizes)[self._bounds[1:] - 1]
        positions = int((largest * np.diff(self._bounds)).sum())
        self.padding_share = 1 - int(self._rows.sizes.sum()) / positions

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, from the ``start``-th on; earlier ones are not computed."""
        generator = np.random.default_rng([self._seed, epoch])
        order = generator.permutation(len(self._sizes))
        order = order[np.argsort(self._sizes[order], kind="stable")]
        documents = self._rows.to_device(order)
        for step in generator.permutation(self.steps_per_epoch)[start:].tolist():
            rows = slice(*self._bounds[step : step + 2].tolist())
            if self._shard.count == 1:
                yield self._rows.batch(documents[rows], order[rows])
            else:
                yield self._share(documents[rows], order[rows])

    def _share(self, documents: Tensor, numbers: Integers) -> Batch:
        """This process's share of a batch, from all its documents, (B,)."""
        mine = slice(self._shard.index, None, self._shard.count)
        batch = self._rows.batch(documents[mine], numbers[mine])
        labels = self._all_labels
        if labels is not None:
            labels = labels[documents.to(labels.device)]
        characters, predictions = self._rows.count(numbers)
        return dataclasses.replace(batch, whole=Whole(characters, predictions, labels))


class PaddedRows:
    """Padded batches of any choice of documents, by index arithmetic on the device.

    ==============  ==================  ==================  ==================
    form            reads               is given            predicts
    ==============  ==================  ==================  ==================
    next token      EOS, c1 … cn                            c1 … cn, EOS
    label           c1 … cn                                 the label
    tags            c1 … cn                                 their tags
    pairs           c1 … cn             EOS, y1 … ym        y1 … ym, EOS
    ==============  ==================  ==================  ==================

    Padding reads ``EOS`` and predicts ``IGNORE``, to the right. The whole text is on the device,
    unless it is too large to be held: then its windows, to be classified, are read batch by batch.

    Attributes:
        lengths: positions that are read of each document, (n,), on the host as all of these.
        sizes: positions of each document, read or given, (n,).
        characters: what each adds to `Batch.characters`, (n,).
        predictions: what each adds to `Batch.predictions`, (n,).

    Raises:
        ValueError: if labels, tags or targets are asked for and there are none.
    """

    def __init__(
        self, encoded: EncodedSplit, *, form: BatchForm, device: torch.device | str
    ) -> None:
        self._form = form
        self._encoded = encoded
        self._device = torch.device(device)
        next_token = form in (BatchForm.NEXT, BatchForm.CONDITIONAL)
        self.lengths = encoded.lengths + 1 if next_token else encoded.lengths
        self.characters = self.sizes = self.predictions = self.lengths
        self._lengths = torch.tensor(self.lengths, device=device)
        self._labels = self._tags = self._text = self._targets = None
        if form in (BatchForm.CONDITIONAL, BatchForm.LABEL) and encoded.labels is None:
            raise ValueError("batches with labels need labelled documents")
        if encoded.labels is not None and form not in (BatchForm.NEXT, BatchForm.TAGS):
            self._labels = torch.tensor(encoded.labels, device=device)
        if form is BatchForm.LABEL:
            self.predictions = np.ones_like(self.lengths)
            if len(encoded.ids) > HELD:
                return
        self._text = _Marked(encoded, device, begin=not next_token)
        if form is BatchForm.TAGS:
            if encoded.tags is None:
                raise ValueError("batches with tags need tagged documents")
            self._tags = _Marked(encoded, device, begin=True, ids=encoded.tags)
            tagged = np.cumsum(np.append(0, encoded.tags > 0))
            self.predictions = np.diff(tagged[encoded.offsets])
        if form is BatchForm.PAIRS:
            if encoded.targets is None:
                raise ValueError("batches of pairs need documents with targets")
            self._targets = _Marked(encoded.targets, device, begin=False)
            self.predictions = encoded.targets.lengths + 1
            self._given = torch.tensor(self.predictions, device=device)
            self.characters = self.sizes = self.lengths + self.predictions

    def to_device(self, order: Integers) -> Tensor:
        """Document numbers as a tensor where :meth:`batch` takes them."""
        return torch.tensor(order, device="cpu" if self._text is None else self._device)

    def count(self, numbers: Integers) -> tuple[int, int]:
        """`Batch.characters` and `Batch.predictions` of some documents."""
        return int(self.characters[numbers].sum()), int(self.predictions[numbers].sum())

    def batch(self, documents: Tensor, numbers: Integers) -> Batch:
        """The batch of some documents.

        Args:
            documents: their numbers, (B,), as `to_device` gives them.
            numbers: the same on the host.
        """
        width = int(self.lengths[numbers].max())
        if self._text is None:
            text = self._read(numbers, width)  # (B, T+1)
            documents = documents.to(self._device)
        else:
            text = self._text.rows(documents, width)
        lengths = self._lengths[documents]  # (B,)
        valid = _valid(lengths, width)  # (B, T)
        labels = None if self._labels is None else self._labels[documents]
        given = None
        if self._form is BatchForm.LABEL:
            assert labels is not None
            targets, labels = labels, None
        elif self._tags is not None:
            tags = self._tags.rows(documents, width)[:, :-1] - 1
            targets = tags.where(valid & (tags >= 0), IGNORE)
        elif self._targets is not None:
            width = int(self.predictions[numbers].max())
            pair = self._targets.rows(documents, width)  # (B, U+1)
            told = _valid(self._given[documents], width)  # (B, U)
            given, targets = pair[:, :-1].where(told, EOS), pair[:, 1:].where(told, IGNORE)
        else:
            targets = text[:, 1:].where(valid, IGNORE)
        characters, predictions = self.count(numbers)
        return Batch(
            ids=text[:, :-1].where(valid, EOS),
            targets=targets,
            lengths=lengths,
            fresh=torch.ones_like(documents, dtype=torch.bool),
            labels=labels,
            characters=characters,
            predictions=predictions,
            given=given,
        )

    def _read(self, chosen: Integers, width: int) -> Tensor:
        encoded = self._encoded
        rows = np.full((len(chosen), width + 1), EOS, encoded.ids.dtype)
        bounds = zip(encoded.offsets[chosen], encoded.offsets[chosen + 1], strict=True)
        for row, (begin, end) in zip(rows, bounds, strict=True):
            row[: end - begin] = encoded.ids[begin:end]
        return torch.from_numpy(smallest_tensor(rows)).to(self._device).long()


def _valid(lengths: Tensor, width: int) -> Tensor:
    """Which positions of padded rows are no padding, (B, width)."""
    return torch.arange(width, device=lengths.device) < lengths[:, None]


class _Marked:
    """Documents one after another on the device, a mark before each and one at the end.

    A document's end mark is the next one's begin mark, so what is read and what comes after it are
    one gather, shifted.

    Args:
        documents: where they lie.
        device: where they are to be.
        begin: whether rows begin with the first token and not with the mark.
        ids: what is put there, (N,); None: their token ids.
    """

    def __init__(
        self,
        documents: Ragged,
        device: torch.device | str,
        *,
        begin: bool,
        ids: Unsigned | None = None,
    ) -> None:
        ids = documents.ids[:] if ids is None else ids
        n = documents.documents
        marked = np.full(len(ids) + n + 1, EOS, ids.dtype)
        text = np.ones(len(marked), dtype=bool)
        text[documents.offsets + np.arange(n + 1)] = False
        marked[text] = ids
        self._flat = torch.tensor(smallest_tensor(marked), device=device)
        self._starts = torch.tensor(documents.offsets[:-1] + np.arange(n) + begin, device=device)

    def rows(self, documents: Tensor, width: int) -> Tensor:
        """Of each document (B,) the first positions and one more, (B, width+1) int64."""
        steps = torch.arange(width + 1, device=self._starts.device)
        index = self._starts[documents, None] + steps
        return self._flat[index.clamp_(max=len(self._flat) - 1)].long()
