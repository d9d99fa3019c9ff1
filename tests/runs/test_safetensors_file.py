"""A checkpoint as a file of safetensors: whole, or refused in one line."""

import dataclasses
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from charlab.builders.network import restore_network
from charlab.config.task_options import TASK_OPTIONS
from charlab.data.facts import DataFacts
from charlab.errors import CheckpointError
from charlab.runs.checkpoint import FORMAT, Checkpoint, load, save_safetensors
from charlab.tasks import TASKS
from tests.support.settled import settled

LABELS, TAGS, TARGETS = ("New", "新しい"), ("N", "V"), ("x", "y")


@pytest.fixture
def checkpoint(compose_options: Callable[..., Any]) -> Callable[..., Checkpoint]:
    def make(*overrides: str) -> Checkpoint:
        small = ["model.hidden_size=4", "model.embedding_size=3"]
        options = compose_options(*settled(overrides), *small, *overrides)
        made = Checkpoint(
            options=options,
            symbols=tuple("abcé"),
            labels=LABELS,
            label_counts=(3, 4),
            fingerprint="f",
            precision="float32",
            network={},
            metrics={"val/loss": 0.1, "test/loss": float("inf"), "steps": 3},
            training={"optimizer": 1},
            versions={"torch": "2"},
            data_paths={},
            tags=TAGS,
            target_symbols=TARGETS,
        )
        counts = made.label_counts
        data = DataFacts(made.vocabulary, LABELS, counts, TAGS, made.target_vocabulary)
        network = TASKS[options.task.name](options, data).build_network()
        return dataclasses.replace(made, network=network.state_dict())

    return make


@pytest.fixture
def saved(checkpoint: Callable[..., Checkpoint], tmp_path: Path) -> Path:
    path = tmp_path / "m.safetensors"
    save_safetensors(checkpoint("task=generate"), path)
    return path


def split(path: Path) -> tuple[dict[str, Any], bytes]:
    """A file's header and its numbers."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def write(path: Path, header: Any, numbers: bytes) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + numbers)
    return path


def with_json(path: Path, **entries: Any) -> Path:
    """The same file with other entries of its JSON; ... takes one out."""
    header, numbers = split(path)
    data = {**json.loads(header["__metadata__"]["charlab"]), **entries}
    data = {name: value for name, value in data.items() if value is not ...}
    header["__metadata__"]["charlab"] = json.dumps(data)
    return write(path, header, numbers)


def refused(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        restore_network(load(path), path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


@pytest.mark.parametrize("task", list(TASK_OPTIONS))
def test_what_was_saved_comes_back(
    task: str, checkpoint: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    before = checkpoint(f"task={task}", "model.num_layers=2", "dataset.path=a, 'b' \udcff")
    path = tmp_path / "m.safetensors"
    save_safetensors(before, path)
    after = load(path)
    weights = after.network
    assert weights.keys() == before.network.keys()
    assert all(torch.equal(weights[name], value) for name, value in before.network.items())
    expected = dataclasses.replace(before, network={}, training={}, data_paths=after.data_paths)
    assert dataclasses.replace(after, network={}) == expected
    assert not restore_network(after, path).training


def test_the_same_network_gives_the_same_bytes(
    checkpoint: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    made = checkpoint("task=generate")
    for name in "ab":
        save_safetensors(made, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    header, _ = split(tmp_path / "a")
    assert list(header["__metadata__"]) == ["charlab"]


def test_weights_that_share_memory_are_written_apart(
    checkpoint: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    made = checkpoint("task=generate")
    whole = torch.randn(8, 6)
    made.network.update(one=whole[:, :3], two=whole.T, three=whole)
    save_safetensors(made, tmp_path / "m")
    again = load(tmp_path / "m").network
    assert all(torch.equal(again[name], made.network[name]) for name in ("one", "two", "three"))


def test_every_file_that_is_cut_short_is_refused(saved: Path) -> None:
    data = saved.read_bytes()
    for length in (0, 1, 7, 8, 9, 30, len(data) // 2, len(data) - 1):
        saved.write_bytes(data[:length])
        refused(saved)
    saved.write_bytes(data + b"\0")
    refused(saved)


def test_weights_of_another_network_are_refused(saved: Path) -> None:
    header, numbers = split(saved)
    name = next(name for name in header if name != "__metadata__")
    for change in (
        {"shape": [*header[name]["shape"], 1]},
        {"shape": [2**40, 2**40]},
        {"dtype": "I32"},
        {"dtype": "X9"},
        {"data_offsets": [0, 2**60]},
        {"data_offsets": [-4, 4]},
    ):
        refused(write(saved, {**header, name: {**header[name], **change}}, numbers))
    renamed = {("other" if key == name else key): value for key, value in header.items()}
    assert "do not fit" in refused(write(saved, renamed, numbers))
    end = {"dtype": "F32", "shape": [1], "data_offsets": [len(numbers), len(numbers) + 4]}
    assert "do not fit" in refused(write(saved, {**header, "more": end}, numbers + b"\0" * 4))
    fewer = {"__metadata__": header["__metadata__"]}
    assert "do not fit" in refused(write(saved, fewer, b""))


def test_numbers_that_are_none_are_refused(saved: Path) -> None:
    header, numbers = split(saved)
    for bad in (float("nan"), float("inf")):
        broken = struct.pack("<f", bad) + numbers[4:]
        assert "NaN or infinity" in refused(write(saved, header, broken))


def test_headers_that_lie_are_refused(saved: Path) -> None:
    data = saved.read_bytes()
    header, numbers = split(saved)
    for length in (2**63, 2**27, len(data), 3):
        saved.write_bytes(struct.pack("<Q", length) + data[8:])
        refused(saved)
    deep = "[" * 100_000
    for text in (deep, "[]", "null", '"a"', "{", '{"options": ' + deep):
        header["__metadata__"]["charlab"] = text
        refused(write(saved, header, numbers))
    header["__metadata__"] = ["charlab"]
    refused(write(saved, header, numbers))
    del header["__metadata__"]
    assert "is not a checkpoint of charlab" in refused(write(saved, header, numbers))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"charlab_format": FORMAT + 1}, f"format {FORMAT + 1}, this version of charlab reads"),
        ({"later": 1}, "an entry 'later', which this version does not know"),
        ({"options": {}}, "is not a whole checkpoint"),
        ({"symbols": ["a", 3]}, "a list of str"),
        ({"symbols": ...}, "'symbols'"),
        ({"metrics": {"val/loss": "low"}}, "named values"),
        ({"label_counts": [10**30, 1]}, "more than 64 bits"),
        ({"network": {}, "training": {"x": 1}}, ""),
    ],
)
def test_other_json_is_refused(entries: dict[str, Any], message: str, saved: Path) -> None:
    if "network" in entries:  # the tensors' place is not the JSON's
        assert load(with_json(saved, **entries)).training == {}
    else:
        assert message in refused(with_json(saved, **entries))


def test_settings_that_are_unknown_are_refused(saved: Path) -> None:
    header, _ = split(saved)
    options = json.loads(header["__metadata__"]["charlab"])["options"]
    options["model"]["_target_"] = "os.system"
    assert "model._target_" in refused(with_json(saved, options=options))


def test_a_network_larger_than_the_file_takes_no_memory(saved: Path) -> None:
    header, _ = split(saved)
    options = json.loads(header["__metadata__"]["charlab"])["options"]
    options["model"] |= {"hidden_size": 2**30, "embedding_size": 2**30}
    assert "do not fit" in refused(with_json(saved, options=options))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    refused(tmp_path / "pipe.safetensors")
    with (tmp_path / "holes").open("wb") as file:
        file.write(struct.pack("<Q", 2) + b"{}")
        file.truncate(2**43)
    assert "larger than this machine's memory" in refused(tmp_path / "holes")
