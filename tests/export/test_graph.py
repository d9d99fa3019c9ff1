"""The nodes of a graph, computed by ONNX's own reference, beside NumPy and PyTorch."""

import numpy as np
import pytest
import torch
from torch import nn

from charlab.models.output import TiedOutput

pytest.importorskip("onnx")
import onnx
from onnx.reference import ReferenceEvaluator

from charlab.export.graph import OPSET, Graph, Size

X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)


def computed(graph: Graph, **given: np.ndarray) -> list[np.ndarray]:
    """What a checked model answers."""
    model = graph.model("test", {})
    onnx.checker.check_model(model, full_check=True)
    return list(ReferenceEvaluator(model).run(None, given))


def of_x(graph: Graph, value: str, *shape: Size) -> np.ndarray:
    graph.output("y", value, *shape)
    (found,) = computed(graph, x=X)
    return found


def test_shapes_are_changed_as_numpy_does() -> None:
    graph = Graph()
    x = graph.input("x", "B", 3, 4)
    wanted = {
        "unsqueezed": (graph.unsqueeze(x, 0, 2), X[None, :, None]),
        "squeezed": (graph.squeeze(graph.unsqueeze(x, 1, 4), 1, 4), X),
        "transposed": (graph.transpose(x, 2, 0, 1), X.transpose(2, 0, 1)),
        "reshaped": (graph.reshape(x, 0, -1), X.reshape(2, 12)),
    }
    for name, (value, expected) in wanted.items():
        graph.output(name, value, *(None,) * expected.ndim)  # type: ignore[arg-type]
    for found, (_, expected) in zip(computed(graph, x=X), wanted.values(), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Linear(4, 5),
        nn.Linear(4, 5, bias=False),
        nn.Linear(4, 5).double(),
        TiedOutput(nn.Embedding(5, 4), 4),
        TiedOutput(nn.Embedding(5, 3), 4),
    ],
    ids=["linear", "without bias", "float64", "tied", "tied by a projection"],
)
def test_a_linear_layer_is_pytorchs_and_its_parameters_are_noted(
    layer: nn.Linear | TiedOutput,
) -> None:
    if isinstance(layer, TiedOutput):
        nn.init.normal_(layer.bias)
    graph = Graph()
    found = of_x(graph, graph.linear(graph.input("x", "B", 3, 4), layer), "B", 3, 5)
    with torch.no_grad():
        expected = layer(torch.from_numpy(X).to(layer.weight.dtype))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert graph.used >= {id(parameter) for parameter in layer.parameters()}
    assert graph.size == 4 * (20 + 5 * (layer.bias is not None))


@pytest.mark.parametrize("axis", [0, 1])
def test_positions_up_to_a_rows_length_are_valid(axis: int) -> None:
    graph = Graph()
    x = graph.input("x", *[("T", "B", 4), ("B", "T", 4)][axis])
    graph.output("valid", graph.valid(x, graph.input("lengths", "B"), axis), "B", "T")
    lengths = [1, 5, 3]
    given = np.zeros((5, 3, 4) if axis == 0 else (3, 5, 4), np.float32)
    (found,) = computed(graph, x=given, lengths=np.array(lengths))
    assert found.dtype == np.bool_
    assert found.tolist() == [[position < length for position in range(5)] for length in lengths]


def test_a_node_may_have_several_outputs_and_an_input_left_out() -> None:
    graph = Graph()
    most = graph.constant(0.5, np.float32)
    clipped = graph.one("Clip", graph.input("x", 2, 3, 4), "", most)
    for number, part in enumerate(graph.add("Split", clipped, outputs=2, axis=2, num_outputs=2)):
        graph.output(f"part{number}", part, 2, 3, 2)
    found = computed(graph, x=X)
    for half, expected in zip(found, np.split(np.minimum(X, 0.5), 2, axis=2), strict=True):
        np.testing.assert_array_equal(half, expected)


def test_a_model_says_what_goes_in_and_what_comes_out() -> None:
    graph = Graph()
    names = ("ids", "given", "lengths", "condition", "valid", "hidden")
    for name in names:
        graph.output(f"next_{name}", graph.input(name, "B", 3, below=7), "B", 3)
    model = graph.model("step", {"tokens": '["", "\ufffd", "é", "신"]', "empty": ""})
    kinds = {value.name: value.type.tensor_type for value in model.graph.input}
    assert list(kinds) == list(names)
    integers, floats = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
    assert [kind.elem_type for kind in kinds.values()] == [
        *[integers] * 4, onnx.TensorProto.BOOL, floats,
    ]  # fmt: skip
    assert {(axes[0].dim_param, axes[1].dim_value) for axes in (k.shape.dim for k in kinds.values())
            } == {("B", 3)}  # fmt: skip
    again = onnx.load_from_string(model.SerializeToString())
    assert (again.graph.name, again.opset_import[0].version) == ("step", OPSET)
    said = {each.key: each.value for each in again.metadata_props}
    assert said == {"tokens": '["", "\ufffd", "é", "신"]', "empty": ""}
    assert [value.name for value in graph.outputs] == [f"next_{name}" for name in names]
    assert {value.below for value in graph.inputs} == {7}
