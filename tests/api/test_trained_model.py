"""A run's network in a program's hands: found, loaded, saved, with its data and its pictures."""

import logging
import shutil
from pathlib import Path
from typing import Any, cast

import pytest
import torch

import charlab
from charlab.api import load_model
from charlab.errors import CheckpointError, ConfigError, DataError, RunError
from tests.support.golden_runs import CLASSIFY, DATA, GENERATE, TEXT, changed, load


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """A run of each of two tasks; the one that generates is newer."""
    for run, place in (
        (CLASSIFY, "classify/names/gru/2024-01-01_00-00-00"),
        (GENERATE, "generate/names/lstm/2025-01-01_00-00-00"),
    ):
        shutil.copytree(run / "checkpoints", tmp_path / place / "checkpoints")
    return tmp_path


def test_latest_is_the_newest_that_fits(outputs: Path) -> None:
    def found(**options: Any) -> str:
        return load_model("latest", output_dir=str(outputs), **options).task

    assert found() == "generate"
    assert found(task="classify") == found(command="predict.py") == "classify"
    with pytest.raises(RunError, match=r"no run with task=tag in .* yet; train one first"):
        found(task="tag")


def test_latest_passes_over_what_is_damaged_and_says_so(
    outputs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (newest,) = outputs.glob("generate/*/*/*/checkpoints")
    (older,) = outputs.glob("classify/*/*/*/checkpoints")
    (newest / "best.ckpt").write_bytes(b"PK")
    with caplog.at_level(logging.WARNING, "charlab"):
        model = load_model("latest", output_dir=str(outputs))
    assert model.path == older / "best.ckpt"
    assert f"passes over a newer run: {newest / 'best.ckpt'}" in caplog.text
    (older / "best.ckpt").unlink()  # where no validation was reached
    assert load_model("latest", output_dir=str(outputs)).path == older / "last.ckpt"
    (older / "last.ckpt").write_bytes(b"PK")
    with pytest.raises(CheckpointError, match=str(newest)):  # the newest is what was meant
        load_model("latest", output_dir=str(outputs))


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ("", "run= is empty: give latest, or a run's folder"),
        ("nowhere/ü", "there is no run nowhere/ü"),
        (str(CLASSIFY.parent), "has no checkpoint"),
    ],
)
def test_what_is_no_run_is_refused_in_one_line(run: str, message: str) -> None:
    with pytest.raises(RunError, match=f"^charlab.load: .*{message}") as caught:
        charlab.load(run)
    assert len(caught.value.lines) == 1


def test_a_network_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    model = load(CLASSIFY)
    model.save(tmp_path / "ü.safetensors")
    again = charlab.load(tmp_path / "ü.safetensors")
    assert again.classify(["Heimulf", "ñ"]) == model.classify(["Heimulf", "ñ"])
    assert not again.network.training
    for name, weight in model.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], weight)
    assert (again.vocabulary, again.labels) == (model.vocabulary, model.labels)
    assert (again.metrics, again.options) == (model.metrics, model.options)
    assert again.evaluate() == model.evaluate()
    with pytest.raises(RunError, match=r"^cannot write .*no/x\.safetensors: No such file"):
        model.save(tmp_path / "no" / "x.safetensors")


def test_a_network_says_what_it_is() -> None:
    model = load(TEXT)
    assert model.name == "vanilla 1 × 12"
    loss = model.metrics["val/loss"]
    said = f"<generate: vanilla 1 × 12 on text, val/loss {loss:.4g}; {model.path}>"
    assert repr(model) == said
    assert repr(changed(TEXT, metrics={})) == said.replace(f", val/loss {loss:.4g}", "")


def test_data_that_have_changed_since_are_not_measured(tmp_path: Path) -> None:
    copy = tmp_path / "names"
    shutil.copytree(DATA[CLASSIFY], copy)
    assert charlab.load(CLASSIFY, data={"path": str(copy)}).corpus.splits
    with (copy / "Northern.txt").open("a", encoding="utf-8") as file:
        file.write("Newcomer\n")
    model = charlab.load(CLASSIFY, data={"path": str(copy)})
    with pytest.raises(CheckpointError, match=r"the dataset is not .* that .* or has changed"):
        model.evaluate()
    assert model.classify(["Newcomer"])  # which needs no data


def test_only_where_the_data_are_may_be_another() -> None:
    with pytest.raises(ConfigError, match=r"data=\{'pth': …\}: no such setting; did you mean 'pa"):
        charlab.load(CLASSIFY, data={"pth": "x"})
    with pytest.raises(ConfigError, match="'normalize': …}: no such setting; choose one of: path"):
        charlab.load(CLASSIFY, data={"normalize": "ascii"})
    wrong: Any
    for wrong, message in (
        ("x", r"^data takes settings by their names, \{'path': '…'\}, got 'x'$"),
        ({"path": 3}, r"^data=\{'path': …\} must be a path, got 3$"),
        ({3: "x"}, r"^data=\{3: …\}: no such setting"),
    ):
        with pytest.raises(ConfigError, match=message):
            charlab.load(CLASSIFY, data=wrong)
    assert "val" in charlab.load(CLASSIFY, data={"path": DATA[CLASSIFY]}).corpus.splits


def test_a_part_of_the_data_that_is_not_there_is_refused() -> None:
    model = load(CLASSIFY)
    with pytest.raises(ConfigError, match=r"^split=valid: no such part; did you mean 'val'\?"):
        model.evaluate("valid")
    with pytest.raises(ConfigError, match=r"^split=3: no such part; choose one of: train, val"):
        model.evaluate(3)  # type: ignore[arg-type]
    corpus = model.corpus
    del corpus.splits["val"]
    for ask in (model.evaluate, model.units):
        with pytest.raises(DataError, match=r"^split=val: the run's .* there is train, test$"):
            ask("val")


def test_pictures_are_chosen_by_name() -> None:
    model = load(TEXT)
    assert [picture.name for picture in model.pictures("bigrams")] == ["bigrams"]
    several = model.pictures(["saturation", "bigrams"], split="train")
    assert {picture.name for picture in several} == {"saturation", "bigrams"}
    with pytest.raises(ConfigError, match=r"^pictures=bigram: no such picture of this run"):
        model.pictures(["bigram"])
    with pytest.raises(ConfigError, match=r"^unit=9:hidden:1"):
        model.subject(unit="9:hidden:1")


def test_values_of_a_wrong_kind_are_one_line() -> None:
    model, wrong = load(TEXT), cast("Any", 3)
    for ask, message in (
        (lambda: model.pictures(wrong), "^pictures takes a list of names, got 3$"),
        (lambda: model.pictures([wrong]), "^pictures=3: no such picture of this run"),
        (lambda: model.pictures(unit=wrong), "^unit=3: give layer:gate:number"),
        (lambda: model.pictures(beside=wrong), "^beside takes a list of networks, got 3$"),
        (lambda: model.pictures(beside=cast("Any", model)), "^beside takes a list of networks"),
        (lambda: model.units(budget=cast("Any", "x")), "^budget= must be a whole number, got 'x'"),
        (lambda: model.save(wrong), "^save takes a path, got 3$"),
        (lambda: model.stepper().step(wrong), "^a text is asked for, got int$"),
    ):
        with pytest.raises(ConfigError, match=message):
            ask()


def test_a_gallery_looks_at_a_text_in_the_model_s_spelling() -> None:
    model = changed(TEXT, dataset={"normalize": "nfc+lower", "path": str(DATA[TEXT])})
    beside = load(TEXT)
    subject = model.subject(" A\u030aSKI ", [beside])
    assert subject.trained.text == " åski "
    (other,) = subject.trained.beside
    assert other.network is beside.network
    assert subject.trained.seed == model.options.seed
    assert model.subject().trained.text is None
