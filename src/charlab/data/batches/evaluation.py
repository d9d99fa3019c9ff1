"""Batches for exact figures: the same whatever the batch size or the lanes of training are."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Protocol

import numpy as np
import torch

from charlab.data.batches.batch import ALL, IGNORE, Batch, BatchForm, Shard, rows_of
from charlab.data.batches.lanes import Lanes, Seams, lane_batch, lane_starts
from charlab.data.batches.padded import PaddedRows
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import EOS, Integers

BUDGET = 16_384  # positions of a batch, padding included: bounds memory for any text
MOST_LANES = 64
LANE_LENGTH = 4_096  # characters for which a lane of its own is worth its burn-in
BURN_IN = 256  # characters that a lane reads before it is measured, to warm its state up


class EvaluationBatches(Protocol):
    """Batches that can be read again and again, always the same."""

    def __len__(self) -> int:
        """Batches of one reading."""

    def __iter__(self) -> Iterator[Batch]:
        """One reading, from the beginning."""


class NothingToRead:
    """A process's share of so few batches that none is left for it: one None, for the loop's sake.

    Lightning leaves a loop out that has nothing to read, and the process would not hear of the
    others' figures.
    """

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[None]:
        yield None


def evaluation_batches(
    encoded: EncodedSplit,
    *,
    layout: str,
    form: BatchForm,
    seq_len: int,
    device: torch.device | str = "cpu",
    lanes: int | None = None,
    budget: int = BUDGET,
    shard: Shard = ALL,
) -> EvaluationBatches:
    """The batches to measure a split with.

    Every document or window is in one batch; every character of a stream but each piece's first
    is predicted once. `Batch.predictions` sums to the number of predictions.

    Args:
        encoded: the split.
        layout: "sequences" or "stream".
        form: what they are for.
        seq_len: characters of a window, to classify a stream; else without effect.
        device: where batches are to be.
        lanes: lanes of a stream; by default a number that its length alone decides.
        budget: positions of a batch, padding included; one row may exceed it.
        shard: this process's share of the batches, or of a stream's lanes; it may be empty.

    Raises:
        ValueError: if the layout is unknown, a stream is to be conditional, or a stream
            has nothing to predict.
    """
    rows = rows_of(encoded, layout=layout, form=form, seq_len=seq_len)
    if rows is None:
        return StreamEvaluation(encoded, lanes=lanes, budget=budget, device=device, shard=shard)
    return SequenceEvaluation(rows, form=form, budget=budget, device=device, shard=shard)


def numbered_batches(
    texts: EncodedSplit, *, device: torch.device | str = "cpu", budget: int = BUDGET
) -> Iterator[tuple[Integers, Batch]]:
    """Documents in padded batches, each with the places that its rows have among them, (B,).

    Args: as of `evaluation_batches`; none of the texts is empty.
    """
    numbered = EncodedSplit(texts.ids, texts.offsets, np.arange(texts.documents))
    for batch in SequenceEvaluation(numbered, form=BatchForm.LABEL, budget=budget, device=device):
        yield batch.targets.cpu().numpy(), batch  # the label says which text a row is


class SequenceEvaluation:
    """Documents (or windows), sorted by size, as many to a batch as the budget allows.

    Args: as of `evaluation_batches`; processes take batches in turn.
    """

    def __init__(
        self,
        encoded: EncodedSplit,
        *,
        form: BatchForm,
        budget: int = BUDGET,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
    ) -> None:
        self._rows = PaddedRows(encoded, form=form, device=device)
        self._order = np.argsort(self._rows.sizes, kind="stable")
        bounds = _fill(self._rows.sizes[self._order], budget)
        self._bounds = list(pairwise(bounds))[shard.index :: shard.count]

    def __len__(self) -> int:
        return len(self._bounds)

    def __iter__(self) -> Iterator[Batch]:
        documents = self._rows.to_device(self._order)
        for begin, end in self._bounds:
            yield self._rows.batch(documents[begin:end], self._order[begin:end])


def _fill(lengths: Integers, budget: int) -> list[int]:
    """Bounds of batches over ascending lengths, each as full as the budget allows."""
    bounds = [0]
    while (begin := bounds[-1]) < len(lengths):
        # No batch has more rows than the budget has room for the shortest; lengths ascend, so
        # the positions of the batch that ends after row i ascend too.
        reach = lengths[begin : begin + max(1, budget // int(lengths[begin]))]
        positions = reach * np.arange(1, len(reach) + 1)
        fitting = int(np.searchsorted(positions, budget, side="right"))
        bounds.append(begin + max(1, fitting))
    return bounds


class StreamEvaluation:
    """A split as one stream in a number of lanes that its length alone decides.

    Every lane but the first reads up to 256 characters before its own, which are not counted:
    a state that began as zeros is warm by then, and the figure close to a single lane's. State
    is carried from batch to batch; ``fresh`` is True in the first.

    Args: as of `evaluation_batches`; by default there is a lane for every 4,096 characters, from
        1 to 64, and the budget decides how wide windows are.

    Raises:
        ValueError: if there is nothing to predict.
    """

    def __init__(
        self,
        encoded: EncodedSplit,
        *,
        lanes: int | None = None,
        budget: int = BUDGET,
        device: torch.device | str = "cpu",
        shard: Shard = ALL,
    ) -> None:
        if not encoded.predictions:
            raise ValueError(f"a stream needs 2 characters or more, got {encoded.characters}")
        places = encoded.characters - 1
        if lanes is None:
            lanes = min(MOST_LANES, max(1, encoded.characters // LANE_LENGTH))
        lanes = min(lanes, places)
        self._width = max(1, budget // lanes)
        starts = lane_starts(places, lanes)
        mine = slice(*shard.bounds(lanes))
        self._counted_from = np.minimum(starts[:-1], BURN_IN)[mine]
        self._counted_to = self._counted_from + np.diff(starts)[mine]
        self._length = int(self._counted_to.max(initial=0))
        begins = starts[:-1][mine] - self._counted_from
        if not len(begins):
            return  # more processes than lanes: nothing to read here
        self._text = Lanes(encoded.ids, begins, self._length + 1, device)
        self._from = torch.tensor(self._counted_from, device=device)[:, None]  # (B, 1)
        self._to = torch.tensor(self._counted_to, device=device)[:, None]  # (B, 1)
        self._seams, self._counted_seams = (
            Seams(encoded.offsets, begins, first, self._counted_to, device)
            for first in (0 * begins, self._counted_from)
        )

    def __len__(self) -> int:
        return len(range(0, self._length, self._width))

    def __iter__(self) -> Iterator[Batch]:
        for begin in range(0, self._length, self._width):
            yield self._window(begin, min(begin + self._width, self._length))

    def _window(self, begin: int, end: int) -> Batch:
        text = self._text.window(begin, end + 1)  # (B, T+1)
        steps = torch.arange(begin, end, device=text.device)
        read = steps < self._to  # (B, T)
        counted = read & (steps >= self._from)  # (B, T)
        ids = text[:, :-1].long().where(read, EOS)
        targets = text[:, 1:].long().where(counted, IGNORE)
        overlap = np.minimum(self._counted_to, end) - np.maximum(self._counted_from, begin)
        characters = int(np.maximum(overlap, 0).sum()) - self._counted_seams.count(begin, end)
        self._seams.mark(ids, targets, begin, end)
        return lane_batch(ids, targets, characters, first=begin == 0)
