"""A recurrent model as ONNX's own RNN, LSTM and GRU, which runtimes have fast kernels for.

Their gates stand in another order than PyTorch's. B batch, T time, D input size, H units, L layers.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from charlab.errors import ConfigError
from charlab.export.graph import Graph
from charlab.models.bidirectional import BidirectionalRecurrence
from charlab.models.cells import Cell, GRUCell, LSTMCell, VanillaCell
from charlab.models.recurrent import RecurrentModel
from charlab.models.reference import LayerWeights, layer_weights


class _Operator(NamedTuple):
    kind: str
    gates: tuple[int, ...]  # where each of ONNX's stands among PyTorch's
    attributes: dict[str, Any]


class Read(NamedTuple):
    """What a recurrence gives.

    Attributes:
        features: of each position, (T, B, F).
        state: parts after the last position, or at each row's length, (L, B, H); () of one that
            reads in both directions.
        ends: the last layer's hidden state at each direction's end, (directions, B, H).
    """

    features: str
    state: tuple[str, ...]
    ends: str


def state_inputs(graph: Graph, model: RecurrentModel) -> tuple[str, ...]:
    """Inputs for the state's parts, (L, B, H), by their names ("hidden", "cell")."""
    shape = (model.num_layers, "B", model.hidden_size)
    return tuple(graph.input(part, *shape) for part in model.cell.state_parts)


def state_outputs(graph: Graph, model: RecurrentModel, state: tuple[str, ...]) -> None:
    """Outputs for the state, "next_hidden" and so on."""
    shape = (model.num_layers, "B", model.hidden_size)
    for part, value in zip(model.cell.state_parts, state, strict=True):
        graph.output(f"next_{part}", value, *shape)


def read(
    graph: Graph,
    model: RecurrentModel,
    ids: str,
    state: tuple[str, ...] = (),
    lengths: str = "",
) -> Read:
    """Reads ids, time first.

    Args:
        graph: takes the nodes.
        model: the network.
        ids: (T, B) int64.
        state: parts (L, B, H); (): zeros.
        lengths: valid positions per row, (B,) int64; "": all rows are full.

    Raises:
        ConfigError: if ONNX has no operator for the model's cell, or none with its options.
    """
    if model.extras:
        raise ConfigError(
            f"format=onnx has no form for a model with {' and '.join(model.extras)}: "
            "format=safetensors takes every network"
        )
    x = _inputs(graph, model, ids)
    if lengths:
        lengths = graph.one("Cast", lengths, to=6)  # int32, as the operators want it
    parts = [_layers(graph, part, model.num_layers) for part in state]
    ends: list[list[str]] = []
    for layer in range(model.num_layers):
        begin = [part[layer] for part in parts]
        y, *last = _layer(graph, model, layer, x, begin, lengths)
        if model.bidirectional:  # (T, 2, B, H) → (T, B, 2H)
            x = graph.reshape(graph.transpose(y, 0, 2, 1, 3), 0, 0, 2 * model.hidden_size)
        else:
            x = graph.squeeze(y, 1)
        ends.append(last)
    carried = () if model.bidirectional else tuple(zip(*ends, strict=True))
    return Read(x, tuple(graph.one("Concat", *part, axis=0) for part in carried), ends[-1][0])


def _inputs(graph: Graph, model: RecurrentModel, ids: str) -> str:
    """Embeddings or one-hot vectors, (T, B, D), with the condition's vector added."""
    embedding, conditions = model.input.embedding, model.input.conditions
    if embedding is not None:
        table = graph.constant(graph.parameter(embedding.weight), np.float32)
        x = graph.one("Gather", table, ids)
    else:
        depth = graph.constant(model.vocabulary_size)
        x = graph.one("OneHot", ids, depth, graph.constant([0, 1], np.float32))
    if conditions is None:
        return x
    table = graph.constant(graph.parameter(conditions.weight), np.float32)
    given = graph.input("condition", "B", below=model.num_conditions)
    return graph.one("Add", x, graph.one("Gather", table, given))


def _layers(graph: Graph, part: str, layers: int) -> list[str]:
    """A part of the state (L, B, H), one (1, B, H) for each layer."""
    if layers == 1:
        return [part]
    return graph.add("Split", part, outputs=layers, axis=0, num_outputs=layers)


def _layer(
    graph: Graph, model: RecurrentModel, layer: int, x: str, begin: list[str], lengths: str
) -> list[str]:
    """Outputs (T, directions, B, H), and the state's parts at the end, (directions, B, H)."""
    operator = _operator(model.cell)
    recurrence = model.recurrence
    if isinstance(recurrence, BidirectionalRecurrence):
        sides = [
            layer_weights(side[layer], 0) for side in (recurrence.forwards, recurrence.backwards)
        ]
    else:
        sides = [layer_weights(recurrence, layer)]
    stacked = [
        np.stack(arrays)
        for arrays in zip(*(_weights(graph, s, operator) for s in sides), strict=True)
    ]
    attributes = dict(operator.attributes)
    if "activations" in attributes:
        attributes["activations"] = attributes["activations"] * len(sides)
    return graph.add(
        operator.kind,
        x,
        *(graph.constant(array, np.float32) for array in stacked),
        lengths,
        *begin,
        outputs=1 + len(model.cell.state_parts),
        hidden_size=model.hidden_size,
        direction="bidirectional" if model.bidirectional else "forward",
        **attributes,
    )


def _weights(
    graph: Graph, weights: LayerWeights, operator: _Operator
) -> list[npt.NDArray[np.float32]]:
    """W (G*H, D), R (G*H, H) and both biases in one, (2*G*H,), in ONNX's order of gates."""

    def ordered(array: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        blocks = np.split(array, len(operator.gates))
        return np.concatenate([blocks[gate] for gate in operator.gates])

    w, r, b, c = (ordered(graph.parameter(weight)) for weight in weights)
    return [w, r, np.concatenate([b, c])]


def _operator(cell: Cell) -> _Operator:
    if type(cell) is VanillaCell:
        return _Operator("RNN", (0,), {"activations": [cell.nonlinearity.capitalize()]})
    if type(cell) is LSTMCell:
        return _Operator("LSTM", (0, 3, 1, 2), {})
    if type(cell) is GRUCell:
        return _Operator("GRU", (1, 0, 2), {"linear_before_reset": 1})
    raise ConfigError(
        f"ONNX has no operator for a {type(cell).__name__}: format=safetensors takes every network"
    )
