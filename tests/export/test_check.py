"""A model that is not PyTorch's network is found out, wherever it differs."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from charlab.errors import RunError
from charlab.models import LanguageModel, build_model

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from charlab.export.check import require_equal
from charlab.export.graph import Graph
from charlab.export.networks import Exported, graphs

Given = dict[str, Tensor]


def checked(graph: Graph, reference: Callable[[Given], Tensor]) -> float:
    """The check of a graph beside a function with one output."""
    packed = graph.model("copy", {}).SerializeToString()
    return require_equal(Exported("copy", graph, lambda given: (reference(given),)), packed)


def copying(*, padded: bool = False) -> Graph:
    """Gives the numbers x, (B, T), back; of padded rows zeros behind their ends."""
    graph = Graph()
    x = graph.input("x", "B", "T")
    if padded:
        valid = graph.valid(x, graph.input("lengths", "B"), 1)
        x = graph.one("Where", valid, x, graph.constant(0.0, "float32"))
    graph.output("y", x, "B", "T")
    return graph


def test_what_is_the_same_differs_by_nothing() -> None:
    assert checked(copying(), lambda given: given["x"]) == 0


def test_a_graph_that_is_another_function_is_found_out() -> None:
    sizes = {"vocabulary_size": 11, "hidden_size": 7, "embedding_size": 5}
    network = LanguageModel(build_model("gru", **sizes)).eval()
    step, sequence = graphs(network)
    packed = step.graph.model("step", {}).SerializeToString()
    assert require_equal(step, packed) < 1e-5
    with torch.no_grad():
        network.decoder.bias[2] += 3e-4
    with pytest.raises(RunError, match=r"'step' differs from PyTorch's by 3\.0e-04"):
        require_equal(step, packed)
    with torch.no_grad():
        network.decoder.bias[2] = torch.nan
    with pytest.raises(RunError, match="differs"):
        require_equal(sequence, sequence.graph.model("sequence", {}).SerializeToString())


@pytest.mark.parametrize("size", ["shortest", "longest"])
@pytest.mark.parametrize("wrong", [0.01, math.nan])
def test_one_number_of_one_size_is_enough(wrong: float, size: str) -> None:
    def reference(given: Given) -> Tensor:
        x = given["x"].clone()
        if x.shape[1] == 1 if size == "shortest" else x.shape[1] > 30:
            x[-1, -1] += wrong
        return x

    message = "the ONNX model 'copy' differs from PyTorch's by .*, more than 1e-04: it is not"
    with pytest.raises(RunError, match=message) as caught:
        checked(copying(), reference)
    assert len(caught.value.lines) == 1


def test_large_outputs_may_differ_in_proportion_and_small_ones_not() -> None:
    def scaled(size: float, by: float) -> float:
        graph = Graph()
        x = graph.one("Sign", graph.input("x", "B", "T"))
        x = graph.one("Mul", x, graph.constant(size, "float32"))
        graph.output("y", x, "B", "T")
        return checked(graph, lambda given: size * (1 + by) * given["x"].sign())

    assert scaled(1e4, 8e-5) == pytest.approx(8e-5, rel=0.01)
    assert scaled(1e-3, 0.05) == pytest.approx(5e-5, rel=0.01)
    with pytest.raises(RunError):
        scaled(1e4, 1.2e-4)
    with pytest.raises(RunError):
        scaled(1e-3, 0.2)


def test_of_padding_nothing_is_asked_and_of_the_last_character_all() -> None:
    assert checked(copying(padded=True), lambda given: given["x"]) == 0

    def last_is_wrong(given: Given) -> Tensor:
        last = given["lengths"][:, None] - 1 == torch.arange(given["x"].shape[1])
        return given["x"] + 0.01 * last

    with pytest.raises(RunError, match="differs"):
        checked(copying(padded=True), last_is_wrong)


def test_inputs_are_such_as_a_network_gets() -> None:
    graph = copying()
    graph.input("ids", "B", "T", below=3)
    graph.input("lengths", "B")
    graph.input("valid", "B", "T")
    seen: list[Given] = []

    def reference(given: Given) -> Tensor:
        seen.append(given)
        return given["x"]

    checked(graph, reference)
    assert {(1, 1), (3, 9)} < {tuple(given["ids"].shape) for given in seen}
    for given in seen:
        assert 1 <= given["lengths"].min() <= given["lengths"].max() <= given["x"].shape[1]
        assert given["valid"][:, 0].all()  # attention looks at something
    assert {int(i) for given in seen for i in given["ids"].flatten()} == {0, 1, 2}
    assert not all(given["valid"].all() for given in seen)
