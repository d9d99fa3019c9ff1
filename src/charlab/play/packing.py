"""Weights as text that a page can carry, and what their lower precision costs.

A weight is written as float32, float16 or int8 in base64. Of int8 each row has a scale of its own:
the row is ``scale * integers``, the integers from -127 to 127.
"""

import base64
import copy
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from charlab.api import TrainedModel
from charlab.decoding.model_protocol import refuse_diverged
from charlab.errors import ConfigError
from charlab.evaluation.evaluate import measure

WEIGHTS = ("float16", "int8", "float32")  # the first where nothing is said
Packed = dict[str, Any]

_BATCHES = 32  # that the cost is measured on, at most: half a million characters


def pack_array(array: npt.NDArray[np.float32], weights: str) -> Packed:
    """An array as plain data: its shape, its type and its numbers in base64, row by row.

    Vectors, which weigh little, stay float32, and so do arrays too large for float16.

    Args:
        array: finite numbers.
        weights: one of `WEIGHTS`.
    """
    packed: Packed = {"shape": list(array.shape)}
    if weights == "int8" and array.ndim == 2:
        scales = np.abs(array).max(axis=1, initial=0) / np.float32(127)  # (rows,)
        divided = array / np.where(scales > 0, scales, 1)[:, None]
        packed["scales"] = _base64(scales.astype("<f4"))
        return packed | {"type": "int8", "data": _base64(np.rint(divided).astype("<i1"))}
    if weights == "float16" and array.ndim == 2 and np.abs(array).max(initial=0) < 2.0**15:
        return packed | {"type": "float16", "data": _base64(array.astype("<f2"))}
    return packed | {"type": "float32", "data": _base64(array.astype("<f4"))}


def unpack_array(packed: Packed) -> npt.NDArray[np.float32]:
    """The array that the page computes with."""
    kinds = {"int8": "<i1", "float16": "<f2", "float32": "<f4"}
    data = np.frombuffer(base64.b64decode(packed["data"]), kinds[packed["type"]])
    array = data.astype(np.float32).reshape(packed["shape"])
    if "scales" in packed:
        array *= np.frombuffer(base64.b64decode(packed["scales"]), "<f4")[:, None]
    return array


def pack_weights(network: nn.Module, weights: str) -> dict[str, Packed]:
    """All weights of a network by their names in its state dict.

    Raises:
        ConfigError: if there is no such type.
        CheckpointError: if they are not finite.
    """
    if weights not in WEIGHTS:
        raise ConfigError(f"weights={weights}: choose one of: {', '.join(WEIGHTS)}")
    packed = {}
    for name, weight in network.state_dict().items():
        array = weight.detach().float().cpu().numpy()
        refuse_diverged(not np.isfinite(array).all())
        packed[name] = pack_array(array, weights)
    return packed


def unpacked_network(network: nn.Module, packed: dict[str, Packed]) -> nn.Module:
    """A copy of a network with the weights that the page has."""
    weights: dict[str, Tensor] = {
        name: torch.from_numpy(unpack_array(array)) for name, array in packed.items()
    }
    with_packed = copy.deepcopy(network)
    with_packed.load_state_dict(weights)
    return with_packed


@dataclass(frozen=True)
class PackingCost:
    """What packing costs, on validation text.

    Attributes:
        loss: of the network as it was trained, nats per prediction.
        packed: of the network with the weights that the page has.
        whole: whether that is the whole validation part, or a share of its batches.
    """

    loss: float
    packed: float
    whole: bool


def packing_cost(trained: TrainedModel, packed: dict[str, Packed]) -> PackingCost | None:
    """The loss with the weights as packed beside that with the exact ones.

    None: there is no validation part.

    Of much text a share of the batches is enough to compare them.

    Args:
        trained: the network, with its data.
        packed: what `pack_weights` made of it.

    Raises:
        CharlabError: if the data are not there any more, or have changed.
    """
    split = trained.corpus.splits.get("val")
    if split is None:
        return None
    task = trained.trained_for
    batches = task.evaluation_batches(split, device=trained.device)
    if trained.options.dataset.layout == "stream":  # its state goes from batch to batch
        stop, apart = _BATCHES, 1
    else:  # sorted by length: short and long ones
        stop, apart = None, -(-len(batches) // _BATCHES)

    def loss(network: nn.Module) -> float:
        some = islice(batches, 0, stop, apart)
        return float(measure(network, task.new_meter(network), some)["loss"])

    packed_loss = loss(unpacked_network(trained.network, packed))
    return PackingCost(loss(trained.network), packed_loss, whole=len(batches) <= _BATCHES)


def _base64(array: npt.NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")
