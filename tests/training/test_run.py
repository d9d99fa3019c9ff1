"""Every dataset × model × task: what a run leaves, what it can be asked."""

import csv
import functools
import json
import math
import unicodedata
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import charlab
from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.runs.event_files import event_files
from charlab.training import run
from tests.support.in_process import in_process
from tests.support.shell import TINY, only_run, through_bash

pytestmark = pytest.mark.usefixtures("undrawn")

COMBINATIONS = list(
    product(("names", "text"), ("vanilla", "lstm", "gru"), ("generate", "classify"))
)
# Every two of a dataset, a model and a task are together in one of these.
EVERY_TWO = [
    ("names", "vanilla", "classify"),
    ("names", "lstm", "generate"),
    ("names", "gru", "classify"),
    ("text", "vanilla", "generate"),
    ("text", "lstm", "classify"),
    ("text", "gru", "generate"),
]
CASES = [
    pytest.param(*names, marks=() if names in EVERY_TWO else pytest.mark.slow)
    for names in COMBINATIONS
]
Trained = Callable[[str, str, str], Path]
FILES = [
    ".hydra/config.yaml",
    ".hydra/overrides.yaml",
    "checkpoints/best.ckpt",
    "checkpoints/last.ckpt",
    "metrics.json",
    "train.log",
    "environment.json",
    "samples.txt",
]


@pytest.fixture(scope="module")
def run_of(
    tmp_path_factory: pytest.TempPathFactory, names_folder: Path, text_folder: Path
) -> Trained:
    """``run_of("names", "gru", "classify")``: the folder of such a run, trained once."""
    root = tmp_path_factory.mktemp("twelve")
    paths = {"names": names_folder, "text": text_folder}

    @functools.cache
    def train(dataset: str, model: str, task: str) -> Path:
        done = in_process(
            "train.py",
            f"dataset={dataset}",
            f"model={model}",
            f"task={task}",
            f"dataset.path={paths[dataset]}",
            f"output_dir={root}",
            *TINY,
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return only_run(root / task / dataset / model)

    return train


@pytest.mark.parametrize(("dataset", "model", "task"), CASES)
def test_a_run_leaves_the_files_of_the_contract(
    run_of: Trained, dataset: str, model: str, task: str
) -> None:
    folder = run_of(dataset, model, task)
    for name in FILES:
        assert (folder / name).stat().st_size > 0, name
    assert list(event_files(folder))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["status"] == "completed"
    assert metrics["progress/epochs"] == 2
    for split in ("val", "test"):
        assert math.isfinite(metrics[f"{split}/loss"])
        if task == "generate":
            loss = metrics[f"{split}/loss"]
            assert metrics[f"{split}/perplexity"] == pytest.approx(math.exp(loss))
            assert metrics[f"{split}/bits_per_char"] == pytest.approx(loss / math.log(2))
        else:
            assert 0 <= metrics[f"{split}/macro_f1"] <= 1
            assert f"{split}/top3_accuracy" not in metrics  # of three labels it is always 1
    environment = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
    assert environment["seed"] == 1
    assert environment["versions"]["torch"] == torch.__version__


@pytest.mark.parametrize(("dataset", "model", "task"), CASES)
def test_tensorboard_shows_the_same_figures(
    run_of: Trained, dataset: str, model: str, task: str
) -> None:
    folder = run_of(dataset, model, task)
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    events = events_of(folder)
    tags = events.Tags()
    wanted = [f"while training/{n}" for n in ("gradient_norm", "learning_rate", "chars_per_second")]
    wanted += ["while training/characters", "while training/seconds"]
    names = {"generate": ["loss", "perplexity", "bits_per_char", "accuracy"]}.get(
        task, ["loss", "accuracy"]
    )
    wanted += [f"{split}/{name}" for split in ("train", "val") for name in names]
    wanted += ["val/macro_f1"] if task == "classify" else []
    assert set(wanted) <= set(tags["scalars"])
    assert sorted({tag.split("/")[0] for tag in tags["scalars"]})[:2] == ["train", "val"]
    assert all(len(events.Scalars(tag)) > 1 for tag in tags["scalars"])  # no chart of one point
    assert events.Scalars("while training/characters")[-1].value == metrics["progress/characters"]
    assert events.Scalars("val/loss")[-1].value == pytest.approx(metrics["val/loss"], rel=1e-5)
    assert "summary/text_summary" in tags["tensors"]
    if task == "generate":
        assert "samples/text_summary" in tags["tensors"]
    else:
        assert "val/confusion" in tags["images"]


def test_the_row_of_hyperparameters_has_settings_and_metrics(run_of: Trained) -> None:
    from tensorboard.plugins.hparams import plugin_data_pb2

    folder = run_of("names", "lstm", "generate")
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    content = events_of(folder).summary_metadata["_hparams_/session_start_info"].plugin_data.content
    data = plugin_data_pb2.HParamsPluginData.FromString(content)
    settings = data.session_start_info.hparams
    assert settings["model.name"].string_value == "lstm"
    assert settings["model.hidden_size"].number_value == 12
    assert settings["status"].string_value == "completed"
    assert "trainer.patience" not in settings  # null: a word would make the column one of words
    assert "dataset.encoding" not in settings  # neither varied often nor changed here
    for tag in ("best/val/loss", "best/val/perplexity", "test/loss", "test/accuracy"):
        assert settings[tag].number_value == metrics[tag]


def events_of(folder: Path) -> EventAccumulator:
    (place,) = {path.parent for path in event_files(folder)}
    events = EventAccumulator(str(place), size_guidance={"scalars": 0, "images": 0})
    events.Reload()
    return events


def test_every_checkpoint_gives_its_figures_again(run_of: Trained) -> None:
    for names in EVERY_TWO[1::2]:
        folder = run_of(*names)
        output = f"output={folder / 'figures.json'}"
        done = in_process("evaluate.py", f"run={folder}", "split=test", output)
        assert done.returncode == 0, done.stderr
        metrics = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
        stored = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        for name in ("loss", "accuracy"):
            assert metrics[f"test/{name}"] == pytest.approx(stored[f"test/{name}"], rel=1e-6)


def test_samples_by_label_and_by_prompt(run_of: Trained) -> None:
    folder = run_of("names", "lstm", "generate")
    arguments = [f"run={folder}", "label=Èlfico", "count=5", "prompt=la", "seed=3", "length=12"]
    done = through_bash("sample.py", *arguments)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 5
    assert all(line.startswith("la") and "nats" in line for line in lines)
    assert "novel" in done.stderr
    assert in_process("sample.py", *arguments).stdout == done.stdout


def test_latest_is_the_newest_run_that_fits(run_of: Trained) -> None:
    outputs = run_of("text", "gru", "generate").parents[3]
    run_of("text", "lstm", "classify")
    done = in_process(
        "sample.py", "prompt= said, so", "length=30", "seed=1", f"output_dir={outputs}"
    )
    assert done.returncode == 0, done.stderr
    newest = max((p.name, p) for p in (outputs / "generate").glob("*/*/*"))[1]
    prompt = " said, so" if newest.parts[-3] == "text" else None
    if prompt is not None:
        assert done.stdout.startswith(prompt)
        assert len(done.stdout.removesuffix("\n")) == len(prompt) + 30


def test_predictions_as_csv(run_of: Trained, tmp_path: Path) -> None:
    folder = run_of("names", "gru", "classify")
    texts = ["laethi", 'O\'Brien, "Jr"', "", " grashnak ", "Ёлка=щука", "日本"]
    source, target = tmp_path / "Имена, süß.txt", tmp_path / "labels.csv"
    source.write_text("\n".join(texts) + "\n", encoding="utf-8")
    done = in_process("predict.py", f"run={folder}", f"input={source}", f"output={target}")
    assert done.returncode == 0, done.stderr
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == texts
    assert rows[2]["label"] == ""
    for row in rows[:2] + rows[3:]:
        shares = [float(row[f"probability{n}"]) for n in ("", "_2", "_3")]
        assert sum(shares) == pytest.approx(1, abs=1e-5)
        assert shares == sorted(shares, reverse=True)


def test_predictions_from_standard_input(run_of: Trained) -> None:
    folder = run_of("names", "gru", "classify")
    done = in_process("predict.py", f"run={folder}", "top=1", stdin="grashug\nтанёл\n")
    assert done.returncode == 0, done.stderr
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["grashug", "танёл"]


def test_from_python(run_of: Trained) -> None:
    generator = charlab.load(run_of("names", "lstm", "generate"))
    samples = generator.generate("la", count=3, label="Orkish", seed=1, length=9)
    assert [sample.label for sample in samples] == ["Orkish"] * 3
    score = generator.score("laethi", label=unicodedata.normalize("NFD", " Èlfico"))
    assert score.predictions == 7  # six characters and the end mark
    assert score.perplexity == pytest.approx(math.exp(-score.log_probability / 7))
    classifier = charlab.load(run_of("text", "lstm", "classify"))
    long, short = classifier.classify(["23 77\n" * 40, "she said"])
    assert sum(share for _, share in long) == pytest.approx(1)
    assert {label for label, _ in short} == {"digits", "prose"}
    alone = classifier.classify(["she said"])[0]
    assert dict(alone) == pytest.approx(dict(short), abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["penn_treebank", "text8", "enwik8"])
def test_recipes_for_a_gpu_run_at_a_small_size(
    name: str, compose_options: Callable[..., RunOptions], tmp_path: Path
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the quick brown fox, it jumps over a lazy dog. " * 900, encoding="utf-8")
    options = compose_options(
        f"experiment={name}",
        "debug=smoke",
        f"dataset.path={text}",
        "dataset.batch_size=4",
        f"output_dir={tmp_path / 'outputs'}",
    )
    assert options.model.num_layers == 3
    assert options.model.weight_dropout > 0
    result = run.train(prepare(options))
    assert result.status == "completed"
    assert 0 < result.validated["val/loss"] < math.log(256)  # nats
