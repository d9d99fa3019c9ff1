"""Several processes are one of the larger batch: what they learn, measure, write and go on with."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.errors import CheckpointError
from charlab.runs.checkpoint import load
from charlab.training import run as training
from charlab.training.run import Result
from charlab.training.statistics import DivergedError
from tests.support.same_run import assert_same_run
from tests.support.stop_after import StopAfter

WORDS = [
    "model.hidden_size=12",
    "model.embedding_size=6",
    "model.dropout=0",
    "dataset.seq_len=16",
    "trainer.max_epochs=2",
    "trainer.log_every=3",
    "trainer.validate_every=7",
    "trainer.precision=float32",
    "trainer.accelerator=cpu",
    "trainer.progress=none",
]
TWO = "trainer.devices=2"
Train = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two texts, or two labels with short documents of unequal number."""
    folder = tmp_path / "data"
    folder.mkdir()
    first = ["ana" + "bcd"[i % 3] * (i % 7) + str(i % 10) for i in range(70)]
    second = ["zo" + "xy" * (i % 4) + str(i) for i in range(23)]
    (folder / "A.txt").write_text("\n".join(first), encoding="utf-8")
    (folder / "B.txt").write_text("\n".join(second), encoding="utf-8")
    pairs = "".join(f"{text}\t{text[::-1]}\n" for text in first)
    (tmp_path / "pairs.tsv").write_text(pairs, encoding="utf-8")
    sentences = [" ".join(first[i : i + 1 + i % 5]) for i in range(60)]
    rows = (f"{text},{' '.join(word[-1] for word in text.split())}\n" for text in sentences)
    (tmp_path / "tags.csv").write_text("text,tags\n" + "".join(rows), encoding="utf-8")
    return folder


@pytest.fixture
def run(data: Path, tmp_path: Path, compose_options: Callable[..., RunOptions]) -> Train:
    """``run("one", "dataset.batch_size=8", …)``: a run in a folder of that name."""

    def train(name: str, *arguments: str) -> Result:
        place = (f"dataset.path={data}", f"output_dir={tmp_path / name}")
        given = [argument.replace("HERE", str(tmp_path)) for argument in arguments]
        return training.train(prepare(compose_options(*place, *WORDS, *given)))

    return train


def assert_learned_the_same(one: Result, other: Result) -> None:
    networks = [load(run.folder / "checkpoints" / "last.ckpt").network for run in (one, other)]
    assert networks[0].keys() == networks[1].keys()
    for name, weight in networks[0].items():
        torch.testing.assert_close(networks[1][name], weight, rtol=1e-4, atol=1e-5, msg=name)
    assert one.metrics.keys() == other.metrics.keys()
    for name, value in one.metrics.items():
        if isinstance(value, str):
            assert other.metrics[name] == value, name
        elif not name.startswith(("time/", "speed/")):
            assert other.metrics[name] == pytest.approx(value, rel=1e-4), name
    assert one.metrics["progress/characters"] == other.metrics["progress/characters"]


@pytest.mark.slow
def test_names(run: Train, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="charlab")
    one = run("one", "dataset.batch_size=9")
    three = run("three", "dataset.batch_size=3", "trainer.devices=3")
    assert_learned_the_same(one, three)
    files = sorted(path.name.partition(".tfevents")[0] for path in three.folder.rglob("*"))
    assert files == sorted(path.name.partition(".tfevents")[0] for path in one.folder.rglob("*"))
    log = (three.folder / "train.log").read_text(encoding="utf-8")
    assert log.count("3 processes") == 1
    assert log.count("completed after") == 1


TAG = ["task=tag", "dataset=table", "dataset.path=HERE/tags.csv", "dataset.tag_column=tags"]
PAIRS = ["task=transduce", "dataset=pairs", "dataset.path=HERE/pairs.tsv"]
CASES = [
    pytest.param([*TAG, "dataset.layout=stream", "dataset.seq_len=5"], id="tagged windows"),
    pytest.param([*PAIRS, "model=gru", "trainer.accumulate=2"], id="transduce"),
    pytest.param(["dataset.layout=stream", "trainer.accumulate=3", "model=gru"], id="accumulated"),
    pytest.param(["task=classify", "task.class_weights=balanced"], id="classify"),
]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", CASES)
def test_other_tasks(arguments: list[str], run: Train) -> None:
    smoothing = ["task.label_smoothing=0.1"] if "task=classify" in arguments else []
    one = run("one", "dataset.batch_size=6", *arguments, *smoothing)
    two = run("two", "dataset.batch_size=3", TWO, *arguments, *smoothing)
    assert_learned_the_same(one, two)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["dataset.layout=stream"], ["task=classify"]])
def test_stopped_and_resumed(
    arguments: list[str], run: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [*arguments, "dataset.batch_size=3", "model.dropout=0.3", "trainer.max_epochs=4"]
    arguments.append(TWO)
    whole = run("whole", *arguments)
    with monkeypatch.context() as patch:
        patch.setattr(training, "StopSignals", lambda: StopAfter(3, signal.SIGTERM))
        stopped = run("stopped", *arguments)
    assert stopped.status == "interrupted"
    assert 0 < int(stopped.metrics["progress/steps"]) < int(whole.metrics["progress/steps"])
    checkpoint = load(stopped.folder / "checkpoints" / "last.ckpt")
    random = checkpoint.training["processes"]["random"]
    first, second = (states["torch"] for states in random)
    assert not torch.equal(first, second)  # dropout is each one's own
    resumed = training.resume(checkpoint, checkpoint.options, stopped.folder)
    assert resumed.status == "completed"
    assert_same_run(whole.folder, resumed.folder)


@pytest.mark.slow
def test_another_number_of_processes_cannot_go_on(
    run: Train, compose_options: Callable[..., RunOptions], data: Path
) -> None:
    two = run("two", TWO, "dataset.batch_size=4", "trainer.max_epochs=1")
    checkpoint = load(two.folder / "checkpoints" / "last.ckpt")
    alone = compose_options(f"dataset.path={data}", *WORDS, "dataset.batch_size=4")
    with pytest.raises(CheckpointError, match="trained by 2 process"):
        training.resume(checkpoint, alone, two.folder)
    metrics = json.loads((two.folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["status"] == "completed"


@pytest.mark.slow
def test_a_loss_that_is_not_finite_stops_all(run: Train, tmp_path: Path) -> None:
    arguments = ["optimizer.lr=1e30", "trainer.gradient_clip=null", "model=vanilla"]
    with pytest.raises(DivergedError, match="no longer a finite number"):
        run("two", TWO, "model.nonlinearity=relu", "scheduler=constant", *arguments)
    (metrics,) = (tmp_path / "two").rglob("metrics.json")
    assert json.loads(metrics.read_text(encoding="utf-8"))["status"] == "failed"
