"""Stopping at any moment: exact wherever it happens, and clean for whoever pressed Ctrl-C."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.errors import RunError
from charlab.reports.run_records import read_run
from charlab.runs import checkpoint
from charlab.runs.checkpoint import load
from charlab.system.files import write_bytes
from charlab.training import run as training
from tests.support.in_process import in_process
from tests.support.same_run import assert_same_run
from tests.support.shell import ROOT, TINY, environment, only_run
from tests.support.stop_after import StopAfter

pytestmark = pytest.mark.usefixtures("undrawn")


RUNS = [  # model, task, dataset, threads
    ("vanilla", "generate", "text", 1),
    ("gru", "classify", "text", 2),
    ("lstm", "generate", "names", 1),
]


@pytest.fixture(scope="module", params=RUNS, ids=["-".join(run[:3]) for run in RUNS])
def whole(
    request: pytest.FixtureRequest,
    compose_options: Callable[..., RunOptions],
    names_folder: Path,
    text_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[list[str], Path]]:
    """The words of a run, and the folder of the one that never stopped."""
    model, task, dataset, threads = request.param
    path = {"names": names_folder, "text": text_folder}[dataset]
    arguments = [f"model={model}", f"task={task}", f"dataset={dataset}", f"dataset.path={path}"]
    arguments += [*TINY, "trainer.validate_every=17", "trainer.patience=50"]
    arguments += ["trainer.max_steps=90", "trainer.progress=none", "trainer.precision=float32"]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        options = compose_options(*arguments, f"output_dir={tmp_path_factory.mktemp('whole')}")
        done = training.train(prepare(options))
        assert done.status == "completed"
        yield arguments, done.folder
    finally:
        torch.set_num_threads(before)


def test_stopped_anywhere_and_resumed(
    whole: tuple[list[str], Path],
    compose_options: Callable[..., RunOptions],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments, never_stopped = whole
    options = compose_options(*arguments, f"output_dir={tmp_path / 'stopped'}")
    with monkeypatch.context() as patch:
        patch.setattr(training, "StopSignals", lambda: StopAfter(0))
        done = training.train(prepare(options))
    for questions in (24, 45, 1000):
        assert done.status == "interrupted"
        checkpoint = load(done.folder / "checkpoints" / "last.ckpt")
        with monkeypatch.context() as patch:
            patch.setattr(training, "StopSignals", lambda n=questions: StopAfter(n))
            done = training.resume(checkpoint, checkpoint.options, done.folder)
    assert done.status == "completed"
    assert_same_run(never_stopped, done.folder)


def in_training(
    data: Path, output_dir: Path, *arguments: str, **streams: Any
) -> subprocess.Popen[Any]:
    """An endless run in a process of its own that has validated once."""
    script = [sys.executable, "train.py", f"dataset.path={data}", f"output_dir={output_dir}"]
    previous = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the suite may run under nohup
    process = subprocess.Popen(
        [*script, *TINY, "trainer.max_epochs=100000", *arguments],
        cwd=ROOT,
        env=environment(),
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )
    signal.signal(signal.SIGHUP, previous)
    deadline = time.monotonic() + 120
    while not list(output_dir.rglob("best.ckpt")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("way", ["one", "two processes", "grid"])
def test_a_closed_terminal(way: str, names_folder: Path, tmp_path: Path) -> None:
    arguments = {"one": [], "two processes": ["trainer.devices=2"], "grid": ["-m", "seed=1,2"]}[way]
    ours, its = os.openpty()  # whatever is written to it after it was closed fails
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), its)
    arguments += ["trainer.progress=bar"]
    process = in_training(names_folder, tmp_path, *arguments, **streams, start_new_session=True)
    os.close(its)
    os.close(ours)
    os.kill(process.pid, signal.SIGHUP)  # as the kernel sends it to what the terminal controls
    assert process.wait(120) == 128 + signal.SIGHUP
    folder = only_run(tmp_path)  # no second one of a grid
    assert json.loads((folder / "metrics.json").read_text())["status"] == "interrupted"
    log = (folder / "train.log").read_text()
    assert "standard output cannot be written" in log
    assert "Traceback" not in log
    training = load(folder / "checkpoints/last.ckpt").training
    saved = json.loads((folder / "metrics.json").read_text())["progress/steps"]
    assert training["progress"]["step"] == saved


def test_ctrl_c(names_folder: Path, tmp_path: Path) -> None:
    process = in_training(names_folder, tmp_path, "logger=none")
    folder = only_run(tmp_path)
    assert read_run(folder).status == "running"
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err.decode()
    assert "Traceback" not in err.decode()
    assert json.loads((folder / "metrics.json").read_text())["status"] == "interrupted"
    assert (folder / "samples.txt").stat().st_size > 0
    assert "can be resumed" in out.decode()
    step = torch.load(folder / "checkpoints/last.ckpt", weights_only=True)["training"]["progress"]
    done = in_process(
        "train.py",
        "resume=latest",
        f"output_dir={tmp_path}",
        f"trainer.max_epochs={step['epoch'] + 1}",
    )
    assert done.returncode == 0, done.stderr
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["status"] == "completed"
    assert metrics["progress/epochs"] == step["epoch"] + 1
    again = in_process("train.py", f"resume={folder}")
    assert again.returncode == 0, again.stderr
    assert "this run is complete" in again.stdout


@pytest.mark.slow
def test_ctrl_c_again_and_again(names_folder: Path, tmp_path: Path) -> None:
    process = in_training(names_folder, tmp_path)
    while process.poll() is None:
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.02)
    _, err = process.communicate(timeout=120)
    assert process.returncode in (128 + signal.SIGINT, -signal.SIGINT)
    assert err.decode() in ("", "interrupted\n")


@pytest.mark.slow
def test_a_grid_goes_on_after_a_bad_job(names_folder: Path, tmp_path: Path) -> None:
    done = in_process(
        "train.py",
        "-m",
        "model=vanilla,gru",
        "model.num_layers=1,0",
        f"dataset.path={names_folder}",
        f"output_dir={tmp_path}",
        *TINY,
        "trainer.max_steps=3",
    )
    assert done.returncode == 1
    assert done.stderr.count("model.num_layers must be at least 1, got 0") == 2
    assert "Traceback" not in done.stderr
    runs = [path.parent.parent.name for path in tmp_path.rglob("metrics.json")]
    assert sorted(runs) == ["gru", "vanilla"]


def test_a_best_checkpoint_that_a_kill_left_behind_is_brought_up_to_date(
    compose_options: Callable[..., RunOptions], text_folder: Path, tmp_path: Path
) -> None:
    arguments = ["dataset=text", f"dataset.path={text_folder}", *TINY, f"output_dir={tmp_path}"]
    arguments += ["trainer.max_steps=4", "trainer.progress=none"]
    result = training.train(prepare(compose_options(*arguments)))
    checkpoints = result.folder / "checkpoints"
    whole = (checkpoints / "best.ckpt").read_bytes()
    last = load(checkpoints / "last.ckpt")
    assert last.training["best"]["step"] == last.training["progress"]["step"]
    (checkpoints / "best.ckpt").unlink()
    training.resume(last, last.options, result.folder)
    assert (checkpoints / "best.ckpt").read_bytes() == whole


@pytest.mark.parametrize(("saves", "advice"), [(0, "begin again"), (1, "go on by resume=")])
def test_a_full_disk(
    saves: int,
    advice: str,
    compose_options: Callable[..., RunOptions],
    text_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = [saves]

    def write(path: Path, data: memoryview) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, f"{path.name} needs room")
        write_bytes(path, data)

    monkeypatch.setattr(checkpoint, "write_bytes", write)
    arguments = ["dataset=text", f"dataset.path={text_folder}", *TINY, f"output_dir={tmp_path}"]
    options = compose_options(*arguments, "trainer.max_steps=4", "trainer.progress=none")
    with pytest.raises(
        RunError, match=rf"^the disk is full: (best|last)\.ckpt .*; make room, then {advice}"
    ):
        training.train(prepare(options))
    assert read_run(only_run(tmp_path)).status == "failed"
    assert bool(list(tmp_path.rglob("last.ckpt"))) is bool(saves)


def test_a_run_that_stopped_early_stays_stopped(
    compose_options: Callable[..., RunOptions], text_folder: Path, tmp_path: Path
) -> None:
    arguments = ["dataset=text", f"dataset.path={text_folder}", *TINY, f"output_dir={tmp_path}"]
    arguments += ["optimizer.lr=1e-30", "trainer.validate_every=1", "trainer.patience=2"]
    result = training.train(prepare(compose_options(*arguments, "trainer.progress=none")))
    steps = result.metrics["progress/steps"]
    last = load(result.folder / "checkpoints" / "last.ckpt")
    again = training.resume(last, last.options, result.folder)
    assert again.metrics["progress/steps"] == steps
