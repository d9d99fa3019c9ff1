"""How often gates are shut or open (Karpathy et al. 2015, arXiv:1506.02078, figure 3)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from charlab.data.tokens.ragged import EncodedSplit
from charlab.inspection.activations import (
    Reading,
    read_activations,
    recurrent_of,
    sample_places,
)

SHUT, OPEN = 0.1, 0.9
BUDGET = 20_000  # tokens


class Saturation(NamedTuple):
    """How often a layer's units have a gate shut or open.

    Attributes:
        layer: from 0.
        gate: the cell's name for it.
        shut: of each unit the share of tokens at which the gate is below 0.1, (F,).
        open: the share at which it is above 0.9, (F,).
    """

    layer: int
    gate: str
    shut: npt.NDArray[np.float64]
    open: npt.NDArray[np.float64]


def measure_saturation(
    network: nn.Module, split: EncodedSplit, reading: Reading
) -> list[Saturation]:
    """The saturation of every gate whose values lie between 0 and 1; [] where a cell has none.

    Args:
        network: any task's.
        split: held-out text.
        reading: how the network's task reads.
    """
    state_parts = recurrent_of(network).cell.state_parts
    counts: dict[tuple[int, str], Tensor] = {}
    others: set[tuple[int, str]] = set()
    tokens = 0
    for batch in read_activations(network, split, reading, sample_places(split, reading, BUDGET)):
        told = batch.numbers > 0
        tokens += int(told.sum())
        for layer, parts in enumerate(batch.layers):
            for name, values in parts.items():
                x, gate = values[told], (layer, name)  # (n, F)
                if name in state_parts or not ((x >= 0) & (x <= 1)).all():
                    others.add(gate)
                elif gate not in others:
                    found = torch.stack([(x < SHUT).sum(0), (x > OPEN).sum(0)]).cpu()
                    counts[gate] = counts.get(gate, 0) + found
    return [
        Saturation(*gate, *(both.double().numpy() / max(1, tokens)))
        for gate, both in counts.items()
        if gate not in others
    ]
