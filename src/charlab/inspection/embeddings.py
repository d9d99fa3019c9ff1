"""Vectors that a network has learnt: of tokens, and of whole texts.

V tokens, N vectors, D their size.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from charlab.data.batches.evaluation import numbered_batches
from charlab.data.tokens.ragged import EncodedSplit
from charlab.models.pooling import pool_last
from charlab.models.recurrent import RecurrentModel
from charlab.models.reference import layer_weights

Vectors = npt.NDArray[np.float64]


def recurrent_parts(network: nn.Module) -> list[RecurrentModel]:
    """The recurrent models of a network, the one that reads first; [] if it has none."""
    return [part for part in network.children() if isinstance(part, RecurrentModel)]


def token_vectors(model: RecurrentModel) -> Vectors:
    """What each token is to a model, (V, D): its embedding.

    Where input is one-hot there is none: the input weights' columns, which it is multiplied with,
    stand for it (of every gate, and of both directions).
    """
    if model.input.embedding is not None:
        weights = model.input.embedding.weight
    else:
        firsts = [layer_weights(kernel, 0).weight_ih for kernel in model.first_kernels()]
        weights = torch.cat(firsts).t()
    return weights.detach().cpu().double().numpy()


@torch.no_grad()
def final_states(model: RecurrentModel, texts: EncodedSplit) -> Vectors:
    """What each direction's last layer holds when it has read a text, (N, F).

    Args:
        model: in evaluation mode.
        texts: with the labels that the model is conditioned on, if it is.
    """
    found = np.empty((texts.documents, model.feature_size))
    device = next(model.parameters()).device
    for places, batch in numbered_batches(texts, device=device):
        given: dict[str, Any] = {}
        if model.num_conditions:
            assert texts.labels is not None
            given["condition"] = torch.from_numpy(texts.labels[places]).to(device)
        features, _ = model(batch.ids, lengths=batch.lengths, **given)
        last = pool_last(features, batch.lengths, model.bidirectional)
        found[places] = last.cpu().double().numpy()
    return found


def principal_components(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """Projects vectors onto the two directions in which they differ most (Pearson 1901).

    Args:
        vectors: (N, D).

    Returns:
        Coordinates (N, 2), and each direction's share of the variance (2,). The sign of a
        direction, which is free, is such that its largest coordinate is positive.
    """
    centred = vectors - vectors.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    places, variances = np.zeros((len(vectors), 2)), np.zeros(2)
    kept = min(2, len(sizes))
    places[:, :kept] = left[:, :kept] * sizes[:kept]
    variances[:kept] = sizes[:kept] ** 2
    largest = np.abs(places).argmax(axis=0)
    places *= np.where(places[largest, [0, 1]] < 0, -1.0, 1.0)
    return places, variances / max(float((sizes**2).sum()), np.finfo(float).tiny)


def nearest_neighbours(vectors: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Vectors]:
    """The vectors that point most nearly the same way, the nearest first.

    Args:
        vectors: (N, D).
        count: of each, at most N - 1.

    Returns:
        Their places (N, K) and cosines (N, K).
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(lengths, np.finfo(float).tiny)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, : min(count, len(vectors) - 1)]
    return order, np.take_along_axis(cosines, order, axis=1)
