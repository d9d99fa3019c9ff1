"""A trained network as plain data: all that the page's engine has to know of it."""

import math
from functools import singledispatch
from typing import Any

from torch import nn

from charlab.api import TrainedModel
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.errors import CheckpointError
from charlab.models.cells import GRUCell, LSTMCell, VanillaCell
from charlab.models.classifier import Classifier
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.inputs import CharacterInput
from charlab.models.language_model import LanguageModel
from charlab.models.recurrent import RecurrentModel
from charlab.models.tagger import Tagger
from charlab.play.packing import WEIGHTS, pack_weights

FORMAT = 1
_CELLS = {VanillaCell: "vanilla", LSTMCell: "lstm", GRUCell: "gru"}


def describe(trained: TrainedModel, weights: str = WEIGHTS[0]) -> dict[str, Any]:
    """A network as JSON: format, task, name, sizes, tokens, labels, weights.

    Args:
        trained: the network.
        weights: what numbers are packed as, one of `WEIGHTS`.

    Raises:
        ConfigError: if there is no such type.
        CheckpointError: if it is a network of the user's own, which the page cannot compute, or
            its weights are not finite.
    """
    task, options = trained.trained_for, trained.options
    network = trained.network
    model, dataset = options.model, options.dataset
    asking = task.asking
    kinds = _of_network.registry  # exactly these: a subclass may compute something else
    of_network = kinds.get(type(network), kinds[object])
    return {
        "format": FORMAT,
        "name": f"{model.name} {model.num_layers} × {model.hidden_size} on {dataset.name}",
        "parameters": sum(p.numel() for p in network.parameters()),
        "metrics": {k: float(v) for k, v in trained.metrics.items() if math.isfinite(v)},
        "vocabulary": _vocabulary(trained.vocabulary),
        "normalize": list(asking.steps),
        "strips": asking.strips,
        "knows_return": asking.knows_return,
        "documents": dataset.layout == "sequences",
        "window": dataset.seq_len if dataset.layout == "stream" else None,
        **of_network(network, trained),
        "weights": weights,
        "arrays": pack_weights(network, weights),
    }


@singledispatch
def _of_network(network: nn.Module, trained: TrainedModel) -> dict[str, Any]:
    """What a kind of network has besides what all have: its task, its parts, its outputs."""
    raise CheckpointError(
        f"{trained.path}: the page cannot run a {type(network).__name__}, only networks that "
        "generate, classify, tag or transduce as charlab's own do"
    )


@_of_network.register
def _(network: LanguageModel, trained: TrainedModel) -> dict[str, Any]:
    generator = trained.generator
    counts = trained.trained_for.data.label_counts
    return {
        "task": "generate",
        "recurrent": _recurrent(network.recurrent, "recurrent", trained),
        "labels": list(generator.labels),
        "label_counts": list(counts) if generator.labels else [],
    }


@_of_network.register
def _(network: Classifier, trained: TrainedModel) -> dict[str, Any]:
    return {
        "task": "classify",
        "recurrent": _recurrent(network.recurrent, "recurrent", trained),
        "labels": list(trained.labels),
        "pooling": network.pooling,
    }


@_of_network.register
def _(network: Tagger, trained: TrainedModel) -> dict[str, Any]:
    return {
        "task": "tag",
        "recurrent": _recurrent(network.recurrent, "recurrent", trained),
        "tags": list(trained.trained_for.data.tags),
        "tagged": trained.trained_for.options.tagged,
    }


@_of_network.register
def _(network: EncoderDecoder, trained: TrainedModel) -> dict[str, Any]:
    targets = trained.trained_for.data.target_vocabulary
    assert targets is not None
    return {
        "task": "transduce",
        "recurrent": _recurrent(network.encoder, "encoder", trained),
        "decoder": _recurrent(network.decoder, "decoder", trained),
        "target_vocabulary": _vocabulary(targets),
        "attention": "none" if network.attention is None else network.attention.kind,
        "max_length": trained.trained_for.options.max_length,
    }


def _recurrent(model: RecurrentModel, name: str, trained: TrainedModel) -> dict[str, Any]:
    """A recurrent model's sizes; ``name`` is what the names of its weights begin with."""
    cell, kind = model.cell, type(model)
    changed = kind.forward is not RecurrentModel.forward or kind.step is not RecurrentModel.step
    if type(cell) not in _CELLS or type(model.input) is not CharacterInput or changed:
        raise CheckpointError(
            f"{trained.path}: the page cannot run model={trained.options.model.name}, only "
            "vanilla, lstm and gru"
        )
    if model.extras:
        raise CheckpointError(
            f"{trained.path}: the page cannot run a model with {' and '.join(model.extras)}"
        )
    return {
        "name": name,
        "cell": _CELLS[type(cell)],
        "nonlinearity": cell.nonlinearity if isinstance(cell, VanillaCell) else "tanh",
        "layers": model.num_layers,
        "hidden": model.hidden_size,
        "bidirectional": model.bidirectional,
        "gates": list(cell.gates),
        "parts": list(cell.state_parts),
    }


def _vocabulary(vocabulary: Vocabulary) -> dict[str, Any]:
    """The unit and the tokens by their ids, the first of which is 2; none of bytes."""
    tokens = [] if vocabulary.unit == "byte" else list(vocabulary.tokens)
    return {"unit": vocabulary.unit, "tokens": tokens}
