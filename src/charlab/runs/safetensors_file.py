"""A trained network in one file of safetensors: weights, and all else as JSON in the file's header.

The header's ``__metadata__`` has one entry, "charlab". Nothing in such a file can run code, and
what is in it is no larger than the file. Of a run it lacks what going on with it needs.
"""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

import safetensors.torch
import torch
from torch import Tensor

_ENTRY = "charlab"
_HEADER = 64 * 2**20  # bytes; as much as a checkpoint may have of what is no tensor


def pack(data: Mapping[str, Any], network: Mapping[str, Tensor]) -> bytes:
    """A file's bytes.

    Args:
        data: plain data; its "metrics" may hold numbers that are not finite, which JSON has not.
        network: the weights by name.
    """
    metrics = {name: v if math.isfinite(v) else str(v) for name, v in data["metrics"].items()}
    text = json.dumps({**data, "metrics": metrics}, allow_nan=False)
    # Each with memory of its own: the format knows no weights that are another's.
    apart = {
        name: weight.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, weight in network.items()
    }
    return safetensors.torch.save(apart, {_ENTRY: text})


def is_packed(file: IO[bytes]) -> bool:
    """Whether a file is one of safetensors: the length of a header, and the header."""
    file.seek(0)
    return file.read(16)[8:9] == b"{"


def unpack(file: IO[bytes]) -> dict[str, Any]:
    """What was packed, as a checkpoint has it; the weights under "network", "training" empty.

    {} of a file that charlab did not write.

    Raises:
        ValueError: if the header is no such header.
        Exception: of safetensors or torch, if the tensors are not what the header says.
    """
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if length > _HEADER:
        raise ValueError("the header is too long")
    text = json.loads(file.read(length)).get("__metadata__", {}).get(_ENTRY)
    if text is None:
        return {}
    data = json.loads(text)
    if isinstance(data.get("metrics"), dict):
        data["metrics"] = {name: _number(value) for name, value in data["metrics"].items()}
    file.seek(0)
    return {**data, "network": safetensors.torch.load(file.read()), "training": {}}


def _number(value: Any) -> Any:
    return float(value) if value in ("inf", "-inf", "nan") else value
