"""A run that was stopped and resumed is the run that never stopped: every tensor, bit for bit."""

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.reports.run_records import read_run
from charlab.runs.checkpoint import load, save
from charlab.training.session import Session
from charlab.training.trainer import new_session
from tests.support.in_process import in_process
from tests.support.same_run import assert_same, assert_same_run
from tests.support.shell import ROOT, TINY, environment, only_run

EPOCHS = 3
THREADS = 2  # as a user has them: sums that they split have to come out the same, too


def arguments(folder: Path, task: str, dataset: str, path: Path, *more: str) -> list[str]:
    return [
        f"task={task}",
        f"dataset={dataset}",
        f"dataset.path={path}",
        f"output_dir={folder}",
        *TINY,
        f"trainer.max_epochs={EPOCHS}",
        "trainer.checkpoint_minutes=0.00001",  # saves after every chunk
        *more,
    ]


def start(arguments: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "train.py", *arguments],
        cwd=ROOT,
        env=environment() | {"OMP_NUM_THREADS": str(THREADS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(*arguments: str) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        done = in_process("train.py", *arguments)
    finally:
        torch.set_num_threads(before)
    assert done.returncode == 0, done.stderr


def kill_in_the_middle_of_an_epoch(process: "subprocess.Popen[bytes]", output_dir: Path) -> Path:
    """Kills after a save that is neither an epoch's end nor the run's; the run's folder."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, f"ended by itself: {process.stderr.read()!r}"  # type: ignore[union-attr]
        for path in output_dir.rglob("last.ckpt"):
            progress = torch.load(path, weights_only=True)["training"]["progress"]
            if progress["epoch"] >= 1 and progress["window"] > 0:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                return path.parent.parent
        time.sleep(0.02)  # the processes need the cores
    raise AssertionError("no checkpoint appeared")


RECIPE = (
    "trainer.ema_decay=0.9",
    "dataset.noise=0.1",
    "dataset.random_offset=true",
    "dataset.random_lengths=true",
    "task.label_smoothing=0.1",
    "trainer.temporal_penalty=1",
)
MASKS = (
    "model.dropout_kind=locked",
    "model.input_dropout=0.1",
    "model.embedding_dropout=0.1",
    "model.weight_dropout=0.3",
    "model.residual=true",
    "model.tied_embeddings=true",
)
CASES = [
    pytest.param("generate", "names", "float32", (), id="names"),
    pytest.param("generate", "names", "bf16", (), id="names-bf16", marks=pytest.mark.slow),
    pytest.param("generate", "text", "bf16", RECIPE, id="text-bf16", marks=pytest.mark.slow),
    pytest.param("classify", "names", "float32", (), id="classify", marks=pytest.mark.slow),
    pytest.param("generate", "text", "float32", MASKS, id="masks", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("task", "dataset", "precision", "words"), CASES)
def test_a_killed_run_resumed_is_the_run_never_stopped(
    task: str,
    dataset: str,
    precision: str,
    words: tuple[str, ...],
    tmp_path: Path,
    names_folder: Path,
    text_folder: Path,
) -> None:
    path = {"names": names_folder, "text": text_folder}[dataset]
    more = ["model.num_layers=2", f"trainer.precision={precision}", "trainer.validate_every=37"]
    more += ["logger=none", *words]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    victim = start(arguments(killed, task, dataset, path, *more))
    folder = kill_in_the_middle_of_an_epoch(victim, killed)
    assert json.loads((folder / "metrics.json").read_text())["status"] == "running"
    assert read_run(folder).status == "died"
    finish(f"resume={folder}")
    finish(*arguments(whole, task, dataset, path, *more))
    assert_same_run(only_run(whole), folder)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["status"] == "completed"
    assert metrics["progress/epochs"] == EPOCHS
    assert math.isfinite(metrics["test/loss"])
    assert not list(folder.rglob(".*.tmp"))


@pytest.fixture
def make(compose_options: Callable[..., RunOptions], tmp_path: Path) -> Callable[..., Session]:
    text = tmp_path / "text.txt"
    text.write_text("the quick brown fox, it jumps over a lazy dog. " * 12, encoding="utf-8")
    names = tmp_path / "names"
    names.mkdir()
    for label, unit in (("A", "ab"), ("B", "xyz")):
        lines = [unit * (1 + i % 5) + str(i) for i in range(31)]
        (names / f"{label}.txt").write_text("\n".join(lines), encoding="utf-8")

    def make(task: str, *words: str) -> Session:
        data = ["dataset=text", f"dataset.path={text}"]
        if task == "classify":
            data = ["dataset=names", f"dataset.path={names}"]
        options = compose_options(
            f"task={task}",
            *data,
            "dataset.seq_len=12",
            "dataset.batch_size=4",
            "model.hidden_size=8",
            "model.embedding_size=5",
            "model.dropout=0.2",
            f"output_dir={tmp_path / 'outputs'}",
            "trainer.max_epochs=6",
            "trainer.precision=float32",
            *words,
        )
        prepared = prepare(options)
        session = new_session(prepared.options, prepared.corpus)
        session.data_paths = prepared.data_paths
        return session

    return make


def train(session: Session, steps: int) -> None:
    for _ in range(steps):
        session.module.updates.step(measure=False)


OPTIONS = [
    ("generate", "trainer.ema_decay=0.9"),
    ("generate", "dataset.noise=0.3"),
    ("generate", "dataset.random_offset=true", "dataset.random_lengths=true"),
    ("generate", "task.label_smoothing=0.1", "dataset.noise=0.2", "dataset.noise_by=unknown"),
    ("generate", "trainer.activation_penalty=2", "trainer.temporal_penalty=1"),
    ("classify", "task.language_weight=0.3", "dataset.noise=0.2", "trainer.ema_decay=0.5"),
]


@pytest.mark.parametrize(("task", "words"), [(task, words) for task, *words in OPTIONS])
def test_a_run_goes_on_exactly(
    make: Callable[..., Session], task: str, words: list[str], tmp_path: Path
) -> None:
    whole = make(task, *words)
    steps = whole.module.limits.windows_per_epoch
    train(whole, steps + steps // 2)
    save(whole.snapshot(), tmp_path / "middle.ckpt")
    train(whole, steps)
    resumed = make(task, *words)
    resumed.restore(load(tmp_path / "middle.ckpt"))
    train(resumed, steps)
    ends = []
    for session in (whole, resumed):
        end = session.snapshot()
        del end.training["sums"]["seconds"]
        ends.append({"network": end.network, "training": end.training})
    assert_same(*ends)


def test_an_average_is_what_is_measured_and_saved(make: Callable[..., Session]) -> None:
    session = make("generate", "trainer.ema_decay=0.9")
    train(session, 9)
    raw = {name: p.clone() for name, p in session.network.state_dict().items()}
    session.module.on_validation_epoch_start()
    shown = {name: p.clone() for name, p in session.network.state_dict().items()}
    during = session.snapshot()
    session.module.on_validation_end()
    after = session.snapshot()
    assert not torch.equal(shown["decoder.weight"], raw["decoder.weight"])
    for snapshot in (during, after):
        assert_same(snapshot.network, shown)
        assert_same(snapshot.training["average"]["weights"], raw)
    assert_same(dict(session.network.state_dict()), raw)
