"""Runs of bytes and words: trained, gone on with, sampled, measured, asked."""

import json
import math
from pathlib import Path

import pytest

import charlab
from tests.support.in_process import in_process
from tests.support.shell import TINY, only_run

pytestmark = pytest.mark.usefixtures("undrawn")

TEXTS = {
    "one": "the königin saw the sun; the sun saw the königin! 日本\n" * 30,
    "two": "a dog, a cat, and a dog: 日本 and ☃ too.\n" * 40,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two texts with rare words and characters of one, two and three bytes."""
    folder = tmp_path_factory.mktemp("units")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text + "zebra ☕ yak\n" * 3, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=["byte", "word"])
def run(request: pytest.FixtureRequest, folder: Path) -> tuple[str, Path]:
    """A run of each unit and its folder."""
    outputs = folder / request.param
    done = in_process(
        "train.py",
        "dataset=text",
        f"dataset.path={folder / '*.txt'}",
        f"dataset.unit={request.param}",
        "dataset.layout=stream",
        "model=gru",
        "task.samples.length=20",
        f"output_dir={outputs}",
        *TINY,
    )
    assert done.returncode == 0, done.stderr
    return request.param, only_run(outputs)


def test_figures_are_named_by_the_unit_and_compare_by_characters(run: tuple[str, Path]) -> None:
    unit, folder = run
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    for split in ("val", "test"):
        loss = metrics[f"{split}/loss"]
        assert metrics[f"{split}/bits_per_{unit}"] == pytest.approx(loss / math.log(2))
        assert f"{split}/bits_per_char" not in metrics
        assert metrics[f"{split}/bits_per_original_char"] > 0
    assert f"best/val/bits_per_{unit}" in metrics
    assert "best/val/bits_per_original_char" in metrics
    assert metrics["test/trigram_bits_per_original_char"] > 0
    report = charlab.load(folder).corpus.report
    nats = metrics["test/loss"] * charlab.load(folder).corpus.splits["test"].predictions
    ends = (unit == "word") * report.predicted_unknown["test"]
    spelled = report.predicted_unknown_characters["test"] + ends
    assert (spelled > 0) == (unit == "word")
    bits = nats / math.log(2) + math.log2(0x110000) * spelled
    expected = bits / report.predicted_characters["test"]
    assert metrics["test/bits_per_original_char"] == pytest.approx(expected, rel=1e-6)
    done = in_process("evaluate.py", f"run={folder}", f"output={folder / 'figures.json'}")
    assert done.returncode == 0, done.stderr
    again = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert again["test/bits_per_original_char"] == pytest.approx(expected, rel=1e-6)


def test_samples_are_whole_text(run: tuple[str, Path]) -> None:
    unit, folder = run
    for arguments in (["count=3"], ["beam_width=2"], ["stop=dog", "banned=é☃"], ["temperature=0"]):
        done = in_process("sample.py", f"run={folder}", "prompt=the 日本", "length=25", *arguments)
        assert done.returncode == 0, done.stderr
        assert "the 日本" in done.stdout
        assert "\ufffd" not in done.stdout
        assert "☃" not in done.stdout or "banned=é☃" not in arguments
    assert f"a {unit} in the mean" in done.stderr


def test_python_scores_in_both_units(run: tuple[str, Path]) -> None:
    unit, folder = run
    model = charlab.load(folder)
    assert model.vocabulary.unit == unit
    text = "the sun and the zebra"  # the zebra is too rare for a word
    found = model.score(text, unknown="mark")
    tokens = {"byte": 21, "word": 5}[unit]
    assert found.predictions == tokens - 1
    spelled = {"byte": 0, "word": len(" zebra") + 1}[unit]
    bits = -found.log_probability / math.log(2) + math.log2(0x110000) * spelled
    first = {"byte": 1, "word": len("the")}[unit]  # is given
    assert found.bits_per_original_char == pytest.approx(bits / (len(text) - first))


def test_a_run_of_any_unit_goes_on(run: tuple[str, Path]) -> None:
    _, folder = run
    done = in_process("train.py", f"resume={folder}", "trainer.max_epochs=3")
    assert done.returncode == 0, done.stderr
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["progress/epochs"] == 3


@pytest.mark.slow
def test_texts_are_classified_by_words(folder: Path, tmp_path: Path) -> None:
    done = in_process(
        "train.py",
        "dataset=text",
        f"dataset.path={folder / '*.txt'}",
        "dataset.unit=word",
        "task=classify",
        f"output_dir={tmp_path}",
        *TINY,
        "trainer.max_epochs=4",
    )
    assert done.returncode == 0, done.stderr
    model = charlab.load(only_run(tmp_path))
    first, second = model.classify(["the sun saw the königin", "a dog, a cat, and a dog: 日本"])
    assert (first[0][0], second[0][0]) == ("one", "two")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["dataset.unit=byte", "task.monitor=val/bits_per_char"],
            "task.monitor=val/bits_per_char is measured with dataset.unit=char, not byte: "
            "take val/bits_per_original_char",
        ),
        (["dataset.unit=byte", "dataset.min_count=2"], "dataset.min_count=2: bytes are never"),
        (["dataset.unit=bytes"], "dataset.unit"),
        (["dataset.unit=word", "dataset.min_count=0"], "dataset.min_count"),
    ],
)
def test_what_does_not_go_with_a_unit(folder: Path, arguments: list[str], message: str) -> None:
    done = in_process("train.py", "dataset=text", f"dataset.path={folder / '*.txt'}", *arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
