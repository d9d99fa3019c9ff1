"""ONNX's recurrent operators beside PyTorch, which reads row by row."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from charlab.errors import ConfigError
from charlab.models import RecurrentModel, build_model
from charlab.models.cells import VanillaCell

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
import onnxruntime

from charlab.export.graph import Graph
from charlab.export.recurrence import read, state_inputs, state_outputs

V, D, H, L = 9, 5, 4, 2
LENGTHS = [4, 1, 6]
IDS = torch.randint(V, (len(LENGTHS), max(LENGTHS)), generator=torch.Generator().manual_seed(1))
KINDS: list[tuple[str, dict[str, object]]] = [
    ("vanilla", {}),
    ("vanilla", {"nonlinearity": "relu"}),
    ("lstm", {}),
    ("gru", {}),
]


def made(cell: str, **options: object) -> RecurrentModel:
    torch.manual_seed(0)
    sizes = {"vocabulary_size": V, "hidden_size": H, "num_layers": L, "embedding_size": D}
    model = build_model(cell, **{**sizes, **options})
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8)
    return model.eval()


def computed(graph: Graph, **given: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(graph.model("test", {}).SerializeToString())
    return dict(zip([v.name for v in graph.outputs], session.run(None, given), strict=True))


def close(found: np.ndarray, expected: torch.Tensor) -> None:
    np.testing.assert_allclose(found, expected.detach(), atol=1e-5)


@pytest.mark.parametrize("embedding_size", [0, D])
@pytest.mark.parametrize(("cell", "options"), KINDS)
def test_rows_are_read_to_their_lengths(
    cell: str, options: dict[str, object], embedding_size: int
) -> None:
    for both in (False, True):
        model = made(cell, embedding_size=embedding_size, bidirectional=both, **options)
        graph = Graph()
        ids, lengths = graph.input("ids", "T", "B", below=V), graph.input("lengths", "B")
        seen = read(graph, model, ids, lengths=lengths)
        graph.output("features", seen.features, "T", "B", model.feature_size)
        graph.output("ends", seen.ends, 1 + both, "B", H)
        for number, part in enumerate(seen.state):
            graph.output(f"part{number}", part, L, "B", H)
        found = computed(graph, ids=IDS.T.numpy(), lengths=np.array(LENGTHS))
        for row, length in enumerate(LENGTHS):
            features, state = model(IDS[row : row + 1, :length])  # alone, without padding
            close(found["features"][:length, row], features[0])
            close(found["ends"][0, row], features[0, -1, :H])
            if both:  # which has read the first position last
                close(found["ends"][1, row], features[0, 0, H:])
            for number, part in enumerate(state):
                close(found[f"part{number}"][:, row], part[:, 0])
        assert len(seen.state) == (0 if both else len(model.cell.state_parts))


@pytest.mark.parametrize("conditions", [0, 3])
@pytest.mark.parametrize(("cell", "options"), KINDS)
def test_a_state_goes_in_and_comes_out(
    cell: str, options: dict[str, object], conditions: int
) -> None:
    for layers in (1, L):
        model = made(cell, num_layers=layers, num_conditions=conditions, **options)
        graph = Graph()
        state = state_inputs(graph, model)
        assert state == model.cell.state_parts
        seen = read(graph, model, graph.input("ids", "T", "B", below=V), state)
        graph.output("features", seen.features, "T", "B", H)
        state_outputs(graph, model, seen.state)
        parts = tuple(torch.randn(layers, len(LENGTHS), H) for _ in state)
        condition = torch.tensor([2, 0, 2]) if conditions else None
        features, last = model(IDS, parts, condition=condition)
        given = {name: part.numpy() for name, part in zip(state, parts, strict=True)}
        if condition is not None:
            given["condition"] = condition.numpy()
        found = computed(graph, ids=IDS.T.numpy(), **given)
        close(found["features"], features.transpose(0, 1))
        for name, part in zip(state, last, strict=True):
            close(found[f"next_{name}"], part)


def test_every_parameter_is_noted_as_used() -> None:
    for both, size, conditions in itertools.product((False, True), (0, D), (0, 3)):
        model = made("lstm", bidirectional=both, embedding_size=size, num_conditions=conditions)
        graph = Graph()
        read(graph, model, graph.input("ids", "T", "B", below=V))
        assert graph.used == {id(parameter) for parameter in model.parameters()}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"layer_norm": True}, "layer_norm"),
        ({"residual": True}, "residual"),
        ({"layer_norm": True, "residual": True}, "layer_norm and residual"),
    ],
)
def test_options_without_a_form_are_refused(options: dict[str, object], named: str) -> None:
    model = made("gru", **options)
    message = f"format=onnx has no form for a model with {named}: format=safetensors takes every"
    with pytest.raises(ConfigError, match=message):
        read(Graph(), model, "ids")


def test_a_cell_of_ones_own_has_no_operator() -> None:
    class OwnCell(VanillaCell):
        pass

    model = made("vanilla")
    model.cell = OwnCell()
    with pytest.raises(ConfigError, match="ONNX has no operator for a OwnCell: format=safetensors"):
        read(Graph(), model, "ids")
