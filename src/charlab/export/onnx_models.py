"""A trained network's ONNX models: made, checked against PyTorch, written."""

import json
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from charlab.api import TrainedModel
from charlab.data.tokens.vocabulary import REPLACEMENT, Vocabulary
from charlab.errors import ConfigError, RunError
from charlab.export.networks import Exported, graphs
from charlab.system.files import write_bytes
from charlab.tasks.task import Task

_LARGEST = 2**31 - 2**24  # bytes of weights; a protocol buffer holds 2 GiB with all the rest


@dataclass(frozen=True)
class Written:
    """A model's file.

    Attributes:
        path: where it is.
        size: in bytes.
        difference: the largest from PyTorch's outputs, on random inputs; None: it was not checked,
            because onnxruntime is not installed.
    """

    path: Path
    size: int
    difference: float | None


def export_onnx(model: TrainedModel, folder: Path) -> list[Written]:
    """Writes a network's models, NAME.onnx each, into a folder that is made if need be.

    Raises:
        ConfigError: if the network has no form in ONNX, or is too large for a file.
        RunError: if what onnxruntime computes is not what PyTorch does (no file is written then),
            or a file cannot be written.
    """
    metadata = metadata_of(model.trained_for)
    made = list(graphs(model.network))
    _require_all(model.network, made)
    if max(each.graph.size for each in made) > _LARGEST:  # tied embeddings are in it twice
        raise ConfigError(
            "the network makes a file of more than 2 GiB, the most that ONNX holds: "
            "format=safetensors takes every network"
        )
    packed = [each.graph.model(each.name, metadata).SerializeToString() for each in made]
    differences: list[float | None] = [None] * len(made)
    if find_spec("onnxruntime") is not None:
        from charlab.export.check import require_equal

        differences = [require_equal(e, b) for e, b in zip(made, packed, strict=True)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each, data in zip(made, packed, strict=True):
            write_bytes(folder / f"{each.name}.onnx", data)
    except OSError as error:
        raise RunError(f"cannot write to {folder}: {error.strerror or error}") from error
    return [
        Written(folder / f"{each.name}.onnx", len(data), difference)
        for each, data, difference in zip(made, packed, differences, strict=True)
    ]


def metadata_of(task: Task[Any]) -> dict[str, str]:
    """What a program has to know that runs a model without charlab; lists are JSON."""
    data, dataset = task.data, task.run.dataset
    known = {
        "charlab": version("charlab"),
        "task": task.options.name,
        "unit": dataset.unit,
        "normalize": dataset.normalize,
        "layout": dataset.layout,
        "seq_len": str(dataset.seq_len),
        "tokens": _listed(data.vocabulary),
    }
    known |= {
        name: json.dumps(names)
        for name, names in (("labels", data.labels), ("tags", data.tags))
        if names
    }
    if data.target_vocabulary is not None:
        known |= {
            "target_tokens": _listed(data.target_vocabulary),
            "target_unit": dataset.target_unit,
            "max_length": str(task.options.max_length),
        }
    return known


def _listed(vocabulary: Vocabulary) -> str:
    """Tokens by their ids: nothing of the mark for begin and end, U+FFFD of the unknown one."""
    return json.dumps(["", REPLACEMENT, *vocabulary.tokens])


def _require_all(network: torch.nn.Module, made: list[Exported]) -> None:
    """Refuses a network that has parameters of which the graphs know nothing."""
    used = set().union(*(each.graph.used for each in made))
    for name, parameter in network.named_parameters():
        if id(parameter) not in used:
            raise ConfigError(
                f"the network's {name} has no form in ONNX yet: format=safetensors takes every "
                "network"
            )
