"""A run that was stopped and resumed is the run that never stopped: every tensor, bit for bit."""

import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from charlab.reports.run_records import read_run
from tests.support.in_process import in_process
from tests.support.same_run import assert_same_run
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
        time.sleep(0.01)  # the processes need the cores
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
    pytest.param("generate", "text", "bf16", (), id="text-bf16", marks=pytest.mark.slow),
    pytest.param("generate", "text", "float32", (), id="text", marks=pytest.mark.slow),
    pytest.param("generate", "text", "float32", RECIPE, id="recipe", marks=pytest.mark.slow),
    pytest.param("generate", "names", "bf16", (), id="names-bf16", marks=pytest.mark.slow),
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
    more += words
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
