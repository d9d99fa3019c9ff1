"""A network as it is composed, part by part: what a picture of it unrolled over time is made of."""

from typing import Any

from torch import nn

from charlab.figures.unfolded import Reading, Unfolding
from charlab.models.classifier import Classifier
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.pooling import POOLINGS
from charlab.models.recurrent import RecurrentModel


def unfold(network: nn.Module) -> Unfolding:
    """What a network is made of, with exact numbers.

    Raises:
        ValueError: if it has no recurrent model that could be unrolled.
    """
    total = _count(network)
    if isinstance(network, EncoderDecoder):
        head = _count(network.output)
        if network.attention is not None:
            head += _count(network.combine) + _count(network.attention)
        return Unfolding(
            _reading(network.encoder),
            network.decoder.vocabulary_size,
            head,
            writing=_reading(network.decoder),
            attention=network.attention.kind if network.attention is not None else "",
            bridge=_count(network.bridge),
            total=total,
        )
    recurrent = next((m for m in network.modules() if isinstance(m, RecurrentModel)), None)
    if recurrent is None:
        raise ValueError("the network has no recurrent model that could be unrolled")
    head, outputs = _head(network, recurrent)
    if isinstance(network, Classifier):
        pooled = recurrent.feature_size * POOLINGS[network.pooling].width
        return Unfolding(_reading(recurrent), outputs, head, network.pooling, pooled, total=total)
    return Unfolding(_reading(recurrent), outputs, head, total=total)


def _head(network: nn.Module, recurrent: RecurrentModel) -> tuple[int, int]:
    """The parameters outside the recurrent model, and the outputs of the last linear layer."""
    linear = [m for m in network.modules() if isinstance(m, nn.Linear)]
    inside = {id(m) for m in recurrent.modules()}
    own = [m for m in linear if id(m) not in inside]
    return _count(network) - _count(recurrent), own[-1].out_features if own else 0


def _reading(model: RecurrentModel) -> Reading:
    by_layer = [0] * model.num_layers
    kernels: Any = model.recurrence
    if model.bidirectional:
        for layer, pair in enumerate(zip(kernels.forwards, kernels.backwards, strict=True)):
            by_layer[layer] = sum(map(_count, pair))
    else:
        for name, weight in kernels.named_parameters():
            by_layer[int(name.rsplit("_l", 1)[1])] += weight.numel()
    return Reading(
        cell=type(model).__name__.removesuffix("Model"),
        parts=tuple(model.cell.state_parts),
        vocabulary=model.vocabulary_size,
        embedding=model.input.size,
        one_hot=_count(model.input) == 0,
        hidden=model.hidden_size,
        layers=model.num_layers,
        bidirectional=model.bidirectional,
        conditions=model.num_conditions,
        parameters=(_count(model.input), *by_layer),
    )


def _count(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())
