"""An ONNX graph under construction: nodes in the order in which they compute.

Values go by their names. B batch, T time.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from charlab.models.output import TiedOutput

OPSET = 18  # of 2022: runtimes since then read it
_IR = 8
Size = int | str  # of an axis: fixed, or a name for any
_INTEGERS = ("ids", "given", "lengths", "condition")


class Value(NamedTuple):
    """An input or an output.

    Attributes:
        name: under which a program gives or gets it.
        shape: of it.
        below: of an input of ids: their number; 0 of others.
    """

    name: str
    shape: tuple[Size, ...]
    below: int = 0


class Graph:
    """Collects inputs, nodes, weights and outputs.

    Attributes:
        used: the parameters that are in it, by `id`.
        inputs, outputs: in their order.
        size: of the fixed arrays, in bytes.
    """

    def __init__(self) -> None:
        self.used: set[int] = set()
        self.size = 0
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def input(self, name: str, *shape: Size, below: int = 0) -> str:
        """A value that is given: ids, lengths and conditions int64, marks bool, others float32."""
        self.inputs.append(Value(name, shape, below))
        return name

    def output(self, name: str, value: str, *shape: Size) -> None:
        """A value that is the graph's answer."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(Value(name, shape))

    def add(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> list[str]:
        """A node; the names of its outputs. An input "" is left out."""
        names = [f"{kind}_{len(self._nodes)}_{i}" for i in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names

    def one(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node with one output; its name."""
        return self.add(kind, *inputs, **attributes)[0]

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike = np.int64) -> str:
        """A fixed array."""
        name = f"constant_{len(self._weights)}"
        array = np.asarray(value, dtype)
        self._weights.append(numpy_helper.from_array(array, name))
        self.size += array.nbytes
        return name

    def parameter(self, tensor: Tensor) -> npt.NDArray[np.float32]:
        """The numbers of a parameter, which is noted as used."""
        self.used.add(id(tensor))
        array: npt.NDArray[np.float32] = tensor.detach().cpu().float().numpy()
        return array

    def linear(self, x: str, layer: nn.Linear | TiedOutput) -> str:
        """x W^T + b over the last axis."""
        if isinstance(layer, TiedOutput) and layer.projection is not None:
            self.used.add(id(layer.projection.weight))
            weight = layer.weight.detach().cpu().float().numpy()  # a product of parameters
        else:
            weight = self.parameter(layer.weight)
        product = self.one("MatMul", x, self.constant(weight.T, np.float32))
        bias: Tensor | None = layer.bias
        if bias is None:
            return product
        return self.one("Add", product, self.constant(self.parameter(bias), np.float32))

    def unsqueeze(self, x: str, *axes: int) -> str:
        """New axes of size 1."""
        return self.one("Unsqueeze", x, self.constant(axes))

    def squeeze(self, x: str, *axes: int) -> str:
        """Without axes of size 1."""
        return self.one("Squeeze", x, self.constant(axes))

    def transpose(self, x: str, *order: int) -> str:
        """Axes in another order."""
        return self.one("Transpose", x, perm=order)

    def reshape(self, x: str, *shape: int) -> str:
        """Another shape; 0 keeps an axis."""
        return self.one("Reshape", x, self.constant(shape))

    def valid(self, x: str, lengths: str, axis: int) -> str:
        """Which positions along an axis of x hold text, (B, T) bool."""
        time = self.squeeze(self.one("Shape", x, start=axis, end=axis + 1), 0)
        positions = self.one("Range", self.constant(0), time, self.constant(1))
        return self.one("Less", self.unsqueeze(positions, 0), self.unsqueeze(lengths, 1))

    def model(self, name: str, metadata: Mapping[str, str]) -> onnx.ModelProto:
        """The whole.

        Args:
            name: the graph's.
            metadata: what a program that runs it has to know besides.
        """
        sides = (self.inputs, self.outputs)
        given, answers = (
            [helper.make_tensor_value_info(v.name, _type(v.name), v.shape) for v in side]
            for side in sides
        )
        graph = helper.make_graph(self._nodes, name, given, answers, initializer=self._weights)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=_IR,
            producer_name="charlab",
        )
        helper.set_model_props(model, dict(metadata))
        return model


def _type(name: str) -> int:
    if name == "valid":
        return int(TensorProto.BOOL)
    return int(TensorProto.INT64 if name in _INTEGERS else TensorProto.FLOAT)
