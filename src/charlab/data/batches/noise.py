"""Noise on what training reads (Xie et al. 2017, arXiv:1703.02573)."""

import dataclasses

import torch

from charlab.data.batches.batch import Batch
from charlab.data.tokens.vocabulary import EOS, UNK

KINDS = ("random", "unknown")


def with_noise(batch: Batch, share: float, kind: str) -> Batch:
    """A batch in which some of the tokens that are read are others; what is predicted stays.

    Marks and padding stay as well. The dice are PyTorch's own on the batch's device, whose state a
    checkpoint holds.

    Args:
        share: how probably each token is replaced.
        kind: "unknown": by the unknown mark (blank noising); "random": by a token of the same
            batch, so that each is as frequent as in the text (unigram noising).
    """
    ids = batch.ids
    place = (torch.rand(ids.shape, device=ids.device) < share) & (ids != EOS)
    if kind == "unknown":
        return dataclasses.replace(batch, ids=ids.masked_fill(place, UNK), clean_ids=ids)
    tokens = ids[ids != EOS]
    if not len(tokens):
        return batch
    drawn = tokens[torch.randint(len(tokens), ids.shape, device=ids.device)]
    return dataclasses.replace(batch, ids=drawn.where(place, ids), clean_ids=ids)
