"""Each kind of network as ONNX graphs, and what PyTorch makes of the same inputs.

"step" reads one token of each row and carries the state outside; "sequence" reads whole rows;
"encoder" reads the texts that an encoder-decoder's "step" writes targets of.

B batch, T time, U tokens of a target, V vocabulary, C labels or tags, H units, L
layers, F features.
"""

from collections.abc import Callable, Iterator
from functools import singledispatch
from typing import NamedTuple

import numpy as np
from torch import Tensor, nn

from charlab.errors import ConfigError
from charlab.export.graph import Graph
from charlab.export.recurrence import Read, read, state_inputs, state_outputs
from charlab.models.attention import Attention, Memory
from charlab.models.classifier import Classifier
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.language_model import LanguageModel
from charlab.models.output import TiedOutput
from charlab.models.recurrent import RecurrentModel
from charlab.models.tagger import Tagger

Reference = Callable[[dict[str, Tensor]], tuple[Tensor, ...]]


class Exported(NamedTuple):
    """A graph with its name and its truth.

    Attributes:
        name: of the model.
        graph: the nodes.
        reference: PyTorch's outputs for inputs by name, in the order of the graph's.
    """

    name: str
    graph: Graph
    reference: Reference


def graphs(network: nn.Module) -> Iterator[Exported]:
    """The graphs of a network.

    Raises:
        ConfigError: if there are none for such a network, or such a cell.
    """
    kinds = _graphs.registry  # exactly these: a subclass may compute something else
    return kinds.get(type(network), kinds[object])(network)


@singledispatch
def _graphs(network: nn.Module) -> Iterator[Exported]:
    raise ConfigError(
        f"a {type(network).__name__} has no form in ONNX: format=safetensors takes every network"
    )


@_graphs.register
def _language_model(network: LanguageModel) -> Iterator[Exported]:
    recurrent, V = network.recurrent, network.vocabulary_size

    def answered_by(ask: Callable[..., tuple[Tensor, tuple[Tensor, ...]]]) -> Reference:
        def reference(given: dict[str, Tensor]) -> tuple[Tensor, ...]:
            condition = given.get("condition")
            logits, state = ask(given["ids"], _state(recurrent, given), condition=condition)
            return logits, *state

        return reference

    yield Exported("step", _step(recurrent, network.decoder, V), answered_by(network.step))
    graph = Graph()
    ids = _time_first(graph, graph.input("ids", "B", "T", below=V))
    seen = read(graph, recurrent, ids, state_inputs(graph, recurrent))
    graph.output("logits", graph.linear(_batch_first(graph, seen), network.decoder), "B", "T", V)
    state_outputs(graph, recurrent, seen.state)
    yield Exported("sequence", graph, answered_by(network))


@_graphs.register
def _classifier(network: Classifier) -> Iterator[Exported]:
    recurrent, C = network.recurrent, network.num_classes
    if network.pooling == "last" and not recurrent.bidirectional:
        yield _label_step(recurrent, network.output, C)
    graph = Graph()
    ids, lengths = _texts(graph, recurrent)
    seen = read(graph, recurrent, ids, lengths=lengths)
    pooled = _pool(graph, network.pooling, recurrent, seen, lengths)
    graph.output("logits", graph.linear(pooled, network.output), "B", C)
    yield Exported("sequence", graph, lambda given: (network(given["ids"], given["lengths"]),))


@_graphs.register
def _tagger(network: Tagger) -> Iterator[Exported]:
    recurrent, C = network.recurrent, network.num_tags
    if not recurrent.bidirectional:
        yield _label_step(recurrent, network.output, C)
    graph = Graph()
    ids, lengths = _texts(graph, recurrent)
    seen = read(graph, recurrent, ids, lengths=lengths)
    logits = graph.linear(_batch_first(graph, seen), network.output)
    graph.output("logits", logits, "B", "T", C)
    yield Exported("sequence", graph, lambda given: (network(given["ids"], given["lengths"]),))


@_graphs.register
def _encoder_decoder(network: EncoderDecoder) -> Iterator[Exported]:
    decoder, names = network.decoder, Memory._fields
    V = decoder.vocabulary_size

    def encoder(given: dict[str, Tensor]) -> tuple[Tensor, ...]:
        state, memory = network.encode(given["ids"], given["lengths"])
        return *state, *(memory or ())

    def step(given: dict[str, Tensor]) -> tuple[Tensor, ...]:
        memory = Memory(*(given[name] for name in names)) if "valid" in given else None
        logits, state, weights = network.step(given["ids"], _state(decoder, given), memory)
        return logits, *state, *(() if weights is None else (weights,))

    graph = Graph()
    state, memory = _encode(graph, network)
    for part, value in zip(decoder.cell.state_parts, state, strict=True):
        graph.output(part, value, decoder.num_layers, "B", decoder.hidden_size)
    sizes = (network.encoder.feature_size, decoder.hidden_size)
    shapes = [("B", "T", sizes[0]), ("B", "T", sizes[1]), ("B", "T")]
    for name, value, shape in zip(names, memory, shapes, strict=False):
        graph.output(name, value, *shape)
    yield Exported("encoder", graph, encoder)

    graph = Graph()
    ids = graph.unsqueeze(graph.input("ids", "B", below=V), 0)
    seen = read(graph, decoder, ids, state_inputs(graph, decoder))
    kept = [graph.input(n, *shape) for n, shape in zip(names, shapes, strict=True) if memory]
    logits, weights = _decode(graph, network, _batch_first(graph, seen), kept)
    graph.output("logits", graph.squeeze(logits, 1), "B", V)
    state_outputs(graph, decoder, seen.state)
    if weights:
        graph.output("attention", graph.squeeze(weights, 1), "B", "T")
    yield Exported("step", graph, step)

    graph = Graph()
    state, memory = _encode(graph, network)
    targets = _time_first(graph, graph.input("given", "B", "U", below=V))
    seen = read(graph, decoder, targets, state)
    logits, _ = _decode(graph, network, _batch_first(graph, seen), memory)
    graph.output("logits", logits, "B", "U", V)
    yield Exported(
        "sequence", graph, lambda given: (network(given["ids"], given["lengths"], given["given"]),)
    )


def _step(recurrent: RecurrentModel, output: nn.Linear | TiedOutput, outputs: int) -> Graph:
    graph = Graph()
    ids = graph.unsqueeze(graph.input("ids", "B", below=recurrent.vocabulary_size), 0)
    seen = read(graph, recurrent, ids, state_inputs(graph, recurrent))
    graph.output("logits", graph.linear(graph.squeeze(seen.features, 0), output), "B", outputs)
    state_outputs(graph, recurrent, seen.state)
    return graph


def _label_step(recurrent: RecurrentModel, output: nn.Linear, outputs: int) -> Exported:
    def step(given: dict[str, Tensor]) -> tuple[Tensor, ...]:
        features, state = recurrent.step(given["ids"], _state(recurrent, given))
        return output(features), *state

    return Exported("step", _step(recurrent, output, outputs), step)


def _state(recurrent: RecurrentModel, given: dict[str, Tensor]) -> tuple[Tensor, ...]:
    return tuple(given[part] for part in recurrent.cell.state_parts)


def _texts(graph: Graph, recurrent: RecurrentModel) -> tuple[str, str]:
    """Inputs for texts, time first, (T, B), and their lengths, (B,)."""
    ids = graph.input("ids", "B", "T", below=recurrent.vocabulary_size)
    return _time_first(graph, ids), graph.input("lengths", "B")


def _time_first(graph: Graph, ids: str) -> str:
    return graph.transpose(ids, 1, 0)


def _batch_first(graph: Graph, seen: Read) -> str:
    return graph.transpose(seen.features, 1, 0, 2)


def _ends(graph: Graph, recurrent: RecurrentModel, seen: Read) -> str:
    """What each direction knows at its end, (B, F)."""
    return graph.reshape(graph.transpose(seen.ends, 1, 0, 2), -1, recurrent.feature_size)


def _pool(graph: Graph, pooling: str, recurrent: RecurrentModel, seen: Read, lengths: str) -> str:
    if pooling == "last":
        return _ends(graph, recurrent, seen)
    features = _batch_first(graph, seen)
    valid = graph.unsqueeze(graph.valid(features, lengths, 1), 2)

    def reduced(kind: str, padding: float) -> str:
        kept = graph.one("Where", valid, features, graph.constant(padding, np.float32))
        return graph.one(kind, kept, graph.constant([1]), keepdims=0)

    pools = []
    if "mean" in pooling:
        counts = graph.one("Cast", graph.unsqueeze(lengths, 1), to=1)  # float32
        pools.append(graph.one("Div", reduced("ReduceSum", 0.0), counts))
    if "max" in pooling:
        pools.append(reduced("ReduceMax", -np.inf))
    return graph.one("Concat", *pools, axis=1)


def _encode(graph: Graph, network: EncoderDecoder) -> tuple[tuple[str, ...], list[str]]:
    """The decoder's first state, parts (L, B, H), and the memory; [] without attention."""
    decoder, attention = network.decoder, network.attention
    ids, lengths = _texts(graph, network.encoder)
    seen = read(graph, network.encoder, ids, lengths=lengths)
    begin = graph.one("Tanh", graph.linear(_ends(graph, network.encoder, seen), network.bridge))
    parts, sizes = len(decoder.cell.state_parts), (decoder.num_layers, decoder.hidden_size)
    begin = graph.transpose(graph.reshape(begin, -1, parts, *sizes), 1, 2, 0, 3)  # (P, L, B, H)
    split = graph.add("Split", begin, outputs=parts, axis=0, num_outputs=parts)
    state = tuple(graph.squeeze(part, 0) for part in split)
    if attention is None:
        return state, []
    features = _batch_first(graph, seen)
    return state, [
        features,
        _keys(graph, attention, features, network.encoder),
        graph.valid(features, lengths, 1),
    ]


def _keys(graph: Graph, attention: Attention, features: str, encoder: RecurrentModel) -> str:
    if attention.kind != "dot":
        return graph.linear(features, attention.key)
    if not encoder.bidirectional:
        return features
    return graph.one("Add", *graph.add("Split", features, outputs=2, axis=2, num_outputs=2))


def _decode(
    graph: Graph, network: EncoderDecoder, features: str, memory: list[str]
) -> tuple[str, str]:
    """Logits (B, U, V) of a decoder's features, and where each step looks, (B, U, T), or ""."""
    if network.attention is None:
        return graph.linear(features, network.output), ""
    values, keys, valid = memory
    scores = _scores(graph, network.attention, features, keys)
    barred = graph.constant(-np.inf, np.float32)
    scores = graph.one("Where", graph.unsqueeze(valid, 1), scores, barred)
    weights = graph.one("Softmax", scores, axis=-1)
    both = graph.one("Concat", features, graph.one("MatMul", weights, values), axis=-1)
    combined = graph.one("Tanh", graph.linear(both, network.combine))
    return graph.linear(combined, network.output), weights


def _scores(graph: Graph, attention: Attention, queries: str, keys: str) -> str:
    """How well queries (B, U, H) and keys (B, T, H) go together, (B, U, T)."""
    if attention.kind != "additive":
        return graph.one("MatMul", queries, graph.transpose(keys, 0, 2, 1))
    asked = graph.unsqueeze(graph.linear(queries, attention.query), 2)
    both = graph.one("Tanh", graph.one("Add", asked, graph.unsqueeze(keys, 1)))
    return graph.squeeze(graph.linear(both, attention.score), 3)
