"""Training batches of short documents, grouped by length so that little is padding."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from charlab.data.batch import IGNORE, Batch, to_device
from charlab.data.encoded import Encoded, cut_windows, smallest_signed
from charlab.data.vocabulary import BOUNDARY


class PaddedRows:
    """Builds padded batches of any choice of documents by index arithmetic on the device.

    Generation reads ``[BOUNDARY, c1 … cn]`` and predicts ``[c1 … cn, BOUNDARY]``, n+1 positions;
    classification reads ``[c1 … cn]`` and predicts the label. Padding reads ``BOUNDARY`` and
    predicts ``IGNORE``, to the right.

    Args:
        encoded: the documents.
        purpose: "generate" or "classify".
        conditional: whether batches for generation carry the labels.
        device: where batches are to be.

    Attributes:
        lengths: positions that each document takes, (n,), on the host.

    Raises:
        ValueError: if the purpose is unknown, or labels are asked for and there are none.
    """

    def __init__(
        self, encoded: Encoded, *, purpose: str, conditional: bool, device: torch.device | str
    ) -> None:
        if purpose not in ("generate", "classify"):
            raise ValueError(f"purpose must be 'generate' or 'classify', got {purpose!r}")
        self._classify = purpose == "classify"
        labelled = self._classify or conditional
        if labelled and encoded.labels is None:
            raise ValueError("batches with labels need labelled documents")
        self.lengths = encoded.lengths if self._classify else encoded.lengths + 1
        # One mark before every document and one at the end: a document's end mark is the next
        # one's begin mark, and ids and targets are one gather, shifted.
        document = np.arange(encoded.documents)
        marked = np.full(encoded.characters + encoded.documents + 1, BOUNDARY, encoded.ids.dtype)
        marked[np.arange(encoded.characters) + np.repeat(document, encoded.lengths) + 1] = (
            encoded.ids
        )
        starts = encoded.offsets[:-1] + document + self._classify
        self._flat = to_device(marked, device)
        self._starts = torch.tensor(starts, device=device)
        self._lengths = torch.tensor(self.lengths, device=device)
        self._labels = torch.tensor(encoded.labels, device=device) if labelled else None

    def to_device(self, order: npt.NDArray[np.int64]) -> Tensor:
        """Document numbers as a tensor beside the text."""
        return torch.tensor(order, device=self._flat.device)

    def batch(self, documents: Tensor, width: int, characters: int) -> Batch:
        """The batch of some documents.

        Args:
            documents: their numbers, (B,).
            width: T, the positions of the longest.
            characters: all their positions together.
        """
        lengths = self._lengths[documents]  # (B,)
        steps = torch.arange(width + 1, device=documents.device)
        index = self._starts[documents, None] + steps  # (B, T+1)
        text = self._flat[index.clamp_(max=len(self._flat) - 1)].long()
        valid = steps[:-1] < lengths[:, None]  # (B, T)
        labels = None if self._labels is None else self._labels[documents]
        if self._classify:
            assert labels is not None
            targets, condition = labels, None
        else:
            targets, condition = text[:, 1:].where(valid, IGNORE), labels
        return Batch(
            ids=text[:, :-1].where(valid, BOUNDARY),
            targets=targets,
            lengths=lengths,
            fresh=torch.ones_like(documents, dtype=torch.bool),
            labels=condition,
            characters=characters,
        )


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
        self._rows = PaddedRows(encoded, purpose=purpose, conditional=conditional, device=device)
        self._seed = seed
        # A small type makes NumPy sort by radix: several times faster than by comparison.
        self._lengths = smallest_signed(self._rows.lengths)
        count = len(self._lengths)
        self.steps_per_epoch = -(-count // batch_size)
        self._bounds = np.arange(self.steps_per_epoch + 1) * count // self.steps_per_epoch
        # Sorted lengths are the same every epoch, and so is the shape of every batch.
        in_order = np.sort(self._rows.lengths)
        self._widths = in_order[self._bounds[1:] - 1]
        self._characters = np.add.reduceat(in_order, self._bounds[:-1])
        self.characters_per_epoch = int(in_order.sum())
        positions = int((self._widths * np.diff(self._bounds)).sum())
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
