"""ONNX files of whole networks: what lies in the folder, what they say, and when there are none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from charlab.api import TrainedModel
from charlab.errors import ConfigError, RunError
from tests.support.played import CHARACTERS, LABELS, TAGS, trained_model

pytest.importorskip("onnx")
import onnx

from charlab.export.check import TOLERANCE
from charlab.export.onnx_models import export_onnx, metadata_of


@pytest.fixture
def model(compose_options: Callable[..., Any]) -> TrainedModel:
    return trained_model(compose_options, "classify", "gru")


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("generate", ["step", "sequence"]),
        ("transduce", ["encoder", "step", "sequence"]),
    ],
)
def test_each_model_is_a_file_that_says_what_its_numbers_mean(
    task: str, names: list[str], compose_options: Callable[..., Any], tmp_path: Path
) -> None:
    pytest.importorskip("onnxruntime")
    model = trained_model(compose_options, task, "lstm")
    folder = tmp_path / "a" / "мои models"
    written = export_onnx(model, folder)
    assert [each.path for each in written] == [folder / f"{name}.onnx" for name in names]
    assert sorted(folder.iterdir()) == sorted(each.path for each in written)
    for each in written:
        assert each.size == each.path.stat().st_size
        assert each.difference is not None
        assert 0 <= each.difference <= TOLERANCE
        file = onnx.load(each.path)
        onnx.checker.check_model(file, full_check=True)
        assert file.graph.name == each.path.stem
        said = {entry.key: entry.value for entry in file.metadata_props}
        assert said == metadata_of(model.trained_for)


@pytest.mark.parametrize(
    ("unit", "symbols", "text", "pieces"),
    [
        ("char", CHARACTERS, "é ab\n", ["é", " ", "a", "b", "\n"]),
        ("word", ("the", " king", "王"), "the king", ["the", " king"]),
        ("byte", (), "a王", ["a", "<0xE7>", "<0x8E>", "<0x8B>"]),
    ],
)
def test_a_token_stands_at_its_id(
    unit: str,
    symbols: tuple[str, ...],
    text: str,
    pieces: list[str],
    compose_options: Callable[..., Any],
) -> None:
    data = {"unit": unit, "layout": "stream", "seq_len": 12, "normalize": "nfkc+lower"}
    trained = trained_model(compose_options, "generate", "gru", of_data=data, symbols=symbols)
    said = metadata_of(trained.trained_for)
    tokens = json.loads(said["tokens"])
    assert len(tokens) == trained.vocabulary.size
    assert tokens[:2] == ["", "\ufffd"]
    assert [tokens[i] for i in trained.vocabulary.encode(text)] == pieces
    assert said["seq_len"] == "12"
    assert {name: said[name] for name in ("task", "unit", "layout", "normalize")} == {
        "task": "generate", "unit": unit, "layout": "stream", "normalize": "nfkc+lower",
    }  # fmt: skip


def test_names_are_those_of_the_task_and_no_others(compose_options: Callable[..., Any]) -> None:
    named = ("labels", "tags", "target_tokens", "target_unit", "max_length")
    wanted: dict[str, dict[str, Any]] = {
        "classify": {"labels": list(LABELS)},
        "tag": {"labels": list(LABELS), "tags": list(TAGS)},
        "transduce": {
            "labels": list(LABELS),
            "target_tokens": ["", "\ufffd", *"uvwxyz"],
            "target_unit": "char",
            "max_length": 9,
        },
    }
    for task, values in wanted.items():
        said = metadata_of(trained_model(compose_options, task, "gru").trained_for)
        found = {name: said[name] for name in named if name in said}
        assert found.pop("target_unit", None) == values.pop("target_unit", None)
        assert {name: json.loads(text) for name, text in found.items()} == values


def test_parameters_of_which_the_graphs_know_nothing_are_refused(
    model: TrainedModel, tmp_path: Path
) -> None:
    model.network.extra = nn.Linear(1, 1)
    with pytest.raises(ConfigError, match=r"the network's extra\.weight has no form in ONNX yet"):
        export_onnx(model, tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_a_network_that_computes_something_else_is_not_written(
    model: TrainedModel, tmp_path: Path
) -> None:
    pytest.importorskip("onnxruntime")

    as_it_was = model.network.forward
    model.network.forward = lambda *given, **rest: 2 * as_it_was(*given, **rest)
    with pytest.raises(RunError, match=r"the ONNX model 's.*' differs from"):
        export_onnx(model, tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_a_file_beyond_the_limit_is_refused(
    compose_options: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of tied embeddings, which the file holds twice, the limit comes at half the parameters."""
    model = trained_model(
        compose_options, "generate", "gru", tied_embeddings=True, embedding_size=6
    )
    weights = 4 * sum(parameter.numel() for parameter in model.network.parameters())
    assert max(each.size for each in export_onnx(model, tmp_path)) > weights + 500
    monkeypatch.setattr("charlab.export.onnx_models._LARGEST", weights + 400)
    with pytest.raises(ConfigError, match=r"more than 2 GiB.*: format=safetensors takes"):
        export_onnx(model, tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_where_no_folder_can_be_one_line_says_so(model: TrainedModel, tmp_path: Path) -> None:
    (tmp_path / "o").write_text("a file")
    with pytest.raises(RunError, match=r"^cannot write to .*/o: File exists$") as caught:
        export_onnx(model, tmp_path / "o")
    assert len(caught.value.lines) == 1
