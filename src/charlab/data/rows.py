"""Padded batches of any choice of short documents."""

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from charlab.data.batch import IGNORE, Batch, LabelUse, smallest_tensor, to_device
from charlab.data.encoded import Encoded
from charlab.data.stored import StoredIds
from charlab.data.vocabulary import BOUNDARY


class Rows(Protocol):
    """Builds padded batches of any choice of documents.

    Attributes:
        lengths: positions that each document takes, (n,), on the host.
    """

    lengths: npt.NDArray[np.int64]

    def to_device(self, order: npt.NDArray[np.int64]) -> Tensor:
        """Document numbers as a tensor where :meth:`batch` takes them."""

    def batch(self, documents: Tensor, width: int, characters: int) -> Batch:
        """The batch of some documents.

        Args:
            documents: their numbers, (B,).
            width: T, the positions of the longest.
            characters: all their positions together.
        """


def padded_rows(encoded: Encoded, *, labels: LabelUse, device: torch.device | str) -> Rows:
    """The rows of documents in memory, or of windows in a file.

    Raises:
        ValueError: if labels are asked for and there are none.
    """
    if isinstance(encoded.ids, StoredIds) and labels is LabelUse.TARGET:
        return StoredRows(encoded, device=device)
    return PaddedRows(encoded, labels=labels, device=device)


class PaddedRows:
    """Padded batches by index arithmetic on the device, where the whole text is.

    Generation reads ``[BOUNDARY, c1 … cn]`` and predicts ``[c1 … cn, BOUNDARY]``, n+1 positions;
    classification reads ``[c1 … cn]`` and predicts the label. Padding reads ``BOUNDARY`` and
    predicts ``IGNORE``, to the right.

    Args:
        encoded: the documents.
        labels: what they are for.
        device: where batches are to be.

    Attributes:
        lengths: positions that each document takes, (n,), on the host.

    Raises:
        ValueError: if labels are asked for and there are none.
    """

    def __init__(self, encoded: Encoded, *, labels: LabelUse, device: torch.device | str) -> None:
        self._classify = labels is LabelUse.TARGET
        labelled = labels is not LabelUse.NONE
        if labelled and encoded.labels is None:
            raise ValueError("batches with labels need labelled documents")
        self.lengths = encoded.lengths if self._classify else encoded.lengths + 1
        # One mark before every document and one at the end: a document's end mark is the next
        # one's begin mark, and ids and targets are one gather, shifted.
        document = np.arange(encoded.documents)
        marked = np.full(encoded.characters + encoded.documents + 1, BOUNDARY, encoded.ids.dtype)
        text = np.ones(len(marked), dtype=bool)
        text[encoded.offsets + np.arange(encoded.documents + 1)] = False
        marked[text] = encoded.array
        starts = encoded.offsets[:-1] + document + self._classify
        self._flat = to_device(marked, device)
        self._starts = torch.tensor(starts, device=device)
        self._lengths = torch.tensor(self.lengths, device=device)
        self._labels = torch.tensor(encoded.labels, device=device) if labelled else None

    def to_device(self, order: npt.NDArray[np.int64]) -> Tensor:
        """See `Rows`."""
        return torch.tensor(order, device=self._flat.device)

    def batch(self, documents: Tensor, width: int, characters: int) -> Batch:
        """See `Rows`."""
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


class StoredRows:
    """Windows of a text that stays in its file, for classification: read batch by batch.

    Args:
        encoded: the windows, labelled.
        device: where batches are to be.

    Attributes:
        lengths: positions that each window takes, (n,), on the host.

    Raises:
        ValueError: if they have no labels.
    """

    def __init__(self, encoded: Encoded, *, device: torch.device | str) -> None:
        if encoded.labels is None:
            raise ValueError("batches with labels need labelled documents")
        self.lengths = encoded.lengths
        self._encoded = encoded
        self._labels = encoded.labels
        self._device = device

    def to_device(self, order: npt.NDArray[np.int64]) -> Tensor:
        """See `Rows`."""
        return torch.from_numpy(order)

    def batch(self, documents: Tensor, width: int, characters: int) -> Batch:
        """See `Rows`."""
        encoded, chosen = self._encoded, documents.numpy()
        ids = np.full((len(chosen), width), BOUNDARY, encoded.ids.dtype)
        bounds = zip(encoded.offsets[chosen], encoded.offsets[chosen + 1], strict=True)
        for row, (begin, end) in zip(ids, bounds, strict=True):
            row[: end - begin] = encoded.ids[begin:end]
        return Batch(
            ids=torch.from_numpy(smallest_tensor(ids)).to(self._device).long(),
            targets=torch.tensor(self._labels[chosen], device=self._device),
            lengths=torch.tensor(self.lengths[chosen], device=self._device),
            fresh=torch.ones(len(chosen), dtype=torch.bool, device=self._device),
            labels=None,
            characters=characters,
        )
