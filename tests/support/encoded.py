"""Encoded splits of chosen lengths, and how batches of their documents are laid out."""

import dataclasses
from itertools import pairwise

import numpy as np
import torch

from charlab.data.batches.batch import IGNORE, Batch, BatchForm
from charlab.data.tokens.ragged import EncodedSplit, Ragged, flat_offsets
from charlab.data.tokens.vocabulary import EOS


def documents(lengths: list[int]) -> EncodedSplit:
    """Documents of which no two characters are the same; labels are their numbers."""
    offsets = flat_offsets(lengths)
    ids = (np.arange(offsets[-1]) + 2).astype(np.uint16)
    return EncodedSplit(ids, offsets, np.arange(len(lengths), dtype=np.int64))


def texts_of(encoded: Ragged) -> dict[int, list[int]]:
    """The token ids of each document."""
    bounds = pairwise(encoded.offsets.tolist())
    return {i: encoded.ids[start:end].tolist() for i, (start, end) in enumerate(bounds)}


def check_rows(batches: list[Batch], encoded: EncodedSplit, use: BatchForm) -> None:
    """Every document is in exactly one row, laid out as documented."""
    found = {}
    for batch in batches:
        assert batch.ids.dtype == batch.targets.dtype == torch.int64
        assert batch.lengths is not None
        assert batch.fresh is not None
        assert batch.fresh.all()
        assert batch.characters == int(batch.lengths.sum())
        assert batch.ids.shape[1] == int(batch.lengths.max())
        labels = batch.targets if use is BatchForm.LABEL else batch.labels
        assert labels is not None
        for row, (length, label) in enumerate(
            zip(batch.lengths.tolist(), labels.tolist(), strict=True)
        ):
            ids = batch.ids[row].tolist()
            assert ids[length:] == [EOS] * (len(ids) - length)
            assert label not in found
            if use is BatchForm.LABEL:
                found[label] = ids[:length]
                continue
            targets = batch.targets[row].tolist()
            assert targets[length:] == [IGNORE] * (len(ids) - length)
            assert ids[0] == targets[length - 1] == EOS
            assert ids[1:length] == targets[: length - 1]
            found[label] = ids[1:length]
    assert found == texts_of(encoded)


def parallel(lengths: list[int], seed: int) -> EncodedSplit:
    """Documents with tags (some tokens have none) and targets of other lengths."""
    rng = np.random.default_rng(seed)
    plain = documents(lengths)
    targets = rng.integers(0, 6, len(lengths))
    ids = rng.integers(2, 9, int(targets.sum())).astype(np.uint8)
    return dataclasses.replace(
        plain,
        tags=rng.integers(0, 4, plain.characters).astype(np.uint8),
        targets=Ragged(ids, flat_offsets(targets)),
    )
