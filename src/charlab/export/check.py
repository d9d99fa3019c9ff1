"""ONNX models beside PyTorch: the same random inputs, and how far the outputs are apart."""

from collections.abc import Mapping

import numpy as np
import onnxruntime
import torch
from torch import Tensor

from charlab.errors import RunError
from charlab.export.graph import Value
from charlab.export.networks import Exported

TOLERANCE = 1e-4  # of an output up to 1; of larger ones, of each, in proportion
_SIZES = ({"B": 1, "T": 1, "U": 1}, {"B": 3, "T": 9, "U": 5}, {"B": 8, "T": 40, "U": 20})


def require_equal(exported: Exported, packed: bytes) -> float:
    """The largest difference of a model from PyTorch, over several sizes of batch and time.

    Raises:
        RunError: if it is more than `TOLERANCE`.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(packed, options, providers=["CPUExecutionProvider"])
    largest = float(np.max([_difference(exported, session, sizes) for sizes in _SIZES]))
    if not largest <= TOLERANCE:  # nor NaN
        raise RunError(
            f"the ONNX model {exported.name!r} differs from PyTorch's by {largest:.1e}, more than "
            f"{TOLERANCE:.0e}: it is not written"
        )
    return largest


def _difference(
    exported: Exported, session: onnxruntime.InferenceSession, sizes: Mapping[str, int]
) -> float:
    generator = torch.Generator().manual_seed(0)
    given = {v.name: _random(v, sizes, generator) for v in exported.graph.inputs}
    with torch.inference_mode():
        expected = exported.reference(given)
    found = session.run(None, {name: value.numpy() for name, value in given.items()})
    largest = []
    for value, mine, theirs in zip(exported.graph.outputs, found, expected, strict=True):
        apart = np.abs(mine.astype(np.float64) - theirs.numpy().astype(np.float64))
        apart /= np.maximum(1.0, np.abs(theirs.numpy()))
        if "lengths" in given and value.shape[1:2] == ("T",):  # of padding, values mean nothing
            apart = apart[np.arange(sizes["T"]) < given["lengths"].numpy()[:, None]]
        largest.append(apart.max())
    return float(np.max(largest))  # NaN, if one is


def _random(value: Value, sizes: Mapping[str, int], generator: torch.Generator) -> Tensor:
    shape = [sizes[size] if isinstance(size, str) else size for size in value.shape]
    if value.name == "lengths":
        return torch.randint(1, sizes["T"] + 1, shape, generator=generator)
    if value.name == "valid":
        marks = torch.rand(shape, generator=generator) < 0.7
        marks[:, 0] = True
        return marks
    if value.below:
        return torch.randint(value.below, shape, generator=generator)
    return torch.randn(shape, generator=generator)
