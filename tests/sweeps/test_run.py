"""``python train.py -m sweep=optuna`` as a person uses it; every start of it takes seconds."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charlab.sweeps.results.load import load_results
from tests.support.shell import ROOT, environment, through_bash

SMALL = [
    "model.embedding_size=6",
    "model.num_layers=1",
    "dataset.batch_size=8",
    "trainer.checkpoint_minutes=60",
]


def command(names: Path, outputs: Path, name: str, *arguments: str) -> list[str]:
    fixed = [f"dataset.path={names}", f"output_dir={outputs}", f"sweep.name={name}"]
    return ["-m", "sweep=optuna", *fixed, *SMALL, *arguments]


def start(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "train.py", *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def descendants(pid: int) -> list[int]:
    """A process and all that it started, whatever session they are in."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def wait_for(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        if process.poll() is not None:
            raise AssertionError(b"".join(process.communicate()).decode())
        time.sleep(0.02)


def saved(folder: Path, at_least: float) -> bool:
    """Whether a trial that is not done yet has been saved after so many seconds of a sweep."""
    for checkpoint in folder.glob("*/checkpoints/last.ckpt"):
        try:
            metrics = json.loads((checkpoint.parent.parent / "metrics.json").read_text())
        except (OSError, ValueError):
            continue
        if metrics["status"] == "running" and checkpoint.stat().st_mtime > at_least:
            return True
    return False


def metrics_of(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.glob("[0-9]*/metrics.json"), key=lambda file: int(file.parent.name))
    return [json.loads(file.read_text()) for file in files]


def is_done_and_itself(arguments: list[str], folder: Path) -> None:
    """Given again, the sweep has nothing left to do; with other settings it is refused."""
    metrics = metrics_of(folder)
    again = through_bash("train.py", *arguments)
    assert again.returncode == 0, again.stderr
    assert "3 of 3 trials are done" in again.stdout
    assert metrics_of(folder) == metrics
    other = through_bash("train.py", *arguments, "sweep.seed=9", "trainer.max_epochs=2")
    assert other.returncode == 1
    assert other.stderr.splitlines() == [
        "error: the sweep it is another one; it goes on with its own settings only (or choose "
        "another sweep.name):",
        "error:   trainer.max_epochs: 20 there, 2 here",
        "error:   sweep.seed: 1 there, 9 here",
    ]
    assert metrics_of(folder) == metrics


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_stopped_killed_joined_and_given_again(names_folder: Path, tmp_path: Path) -> None:
    arguments = command(
        names_folder, tmp_path, "it", "sweep.n_trials=3", "sweep.workers=2", "sweep.pruner=none",
        "model.hidden_size=choice(8,12)", "trainer.max_epochs=20",
    )  # fmt: skip
    folder = tmp_path / "sweeps" / "it"

    process = start(arguments)  # Ctrl-C: every worker saves, and the command says how to go on
    wait_for(lambda: saved(folder, 0), process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err.decode()
    assert err.decode().splitlines() == ["interrupted"]
    assert "stopped; to go on: python train.py --multirun" in out.decode()
    assert {m["status"] for m in metrics_of(folder)} <= {"interrupted", "completed"}
    steps = [m["progress/steps"] for m in metrics_of(folder)]

    process, began = start(arguments), time.time()  # SIGKILL: the command and all its workers
    wait_for(lambda: saved(folder, began), process)
    for pid in descendants(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate()

    pair = [start(arguments), start(arguments)]  # a second terminal joins
    for process in pair:
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err.decode()
        assert "3 complete of 3 trials" in out.decode()
    metrics = metrics_of(folder)
    assert [m["status"] for m in metrics] == ["completed"] * 3
    assert {m["progress/epochs"] for m in metrics} == {20}
    assert all(m["progress/steps"] >= step for m, step in zip(metrics, steps, strict=False))
    logs = [(folder / str(number) / "train.log").read_text() for number in range(3)]
    resumed = [int(step) for log in logs for step in re.findall(r"goes on from step (\d+)", log)]
    assert len(resumed) >= 2
    assert min(resumed) > 0
    results = load_results(folder)
    assert [trial.state for trial in results.trials] == ["complete"] * 3
    for trial in results.trials:
        steps_told = [step for step, _ in trial.curve]
        assert len(steps_told) == len(set(steps_told)) == 20
    is_done_and_itself(arguments, folder)


@pytest.mark.slow
def test_pruned_diverged_and_finalists(names_folder: Path, tmp_path: Path) -> None:
    arguments = command(
        names_folder, tmp_path, "it", "sweep.sampler=grid", "sweep.seed=5",
        "optimizer.lr=choice(1e-2,3e-9,2e-9,1e-9)",
        "model.hidden_size=8", "sweep.pruner=median", "sweep.startup_trials=1",
        "sweep.warmup=0", "trainer.max_epochs=3", "sweep.finalists=1", "sweep.finalist_seeds=2",
    )  # fmt: skip
    done = through_bash("train.py", *arguments)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "sweeps" / "it"
    results = load_results(folder)
    assert results.n_trials == len(results.trials) == 4
    statuses = [m["status"] for m in metrics_of(folder)]
    names = {"completed": "complete", "pruned": "pruned"}
    assert [names[status] for status in statuses] == [trial.state for trial in results.trials]
    assert results.of_state("pruned")
    for trial in results.of_state("pruned"):
        assert trial.parameters["optimizer.lr"] < 1e-8
        assert trial.limit_share == pytest.approx(len(trial.curve) / 3)
        assert trial.reason == "given up: behind the others"
        assert f"trial {trial.number} " in done.stdout
    best = results.best
    assert best is not None
    assert best.parameters["optimizer.lr"] == 1e-2
    (finalist,) = results.finalists
    assert finalist.trial == best.number
    assert sorted(finalist.values) == [2, 3]
    assert len(set(finalist.values.values())) == 2
    assert f"finalists: trial {best.number}, each with the seeds 2, 3" in done.stdout
    assert "finalists, trained again with further seeds" in done.stdout
    assert f"best: trial {best.number}, {finalist.summary('val/loss')}" in done.stdout
    assert f"python report.py sweep={tmp_path}/sweeps/it" in done.stdout
    assert (folder / "finalists" / "1" / "checkpoints" / "best.ckpt").exists()


@pytest.mark.slow
def test_a_plain_grid_in_parallel_over_texts(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "it's b.txt"]
    for path in paths:
        path.write_text(f"{path.stem} she went, and he went. " * 40)
    arguments = [
        "-m", "sweep=grid", "dataset=text", f"dataset.path={paths[0]},{paths[1]}", *SMALL,
        "model=gru,vanilla", "model.hidden_size=8", "dataset.seq_len=8", "trainer.max_epochs=1",
        f"output_dir={tmp_path}", "sweep.name=it", "sweep.workers=2",
    ]  # fmt: skip
    done = through_bash("train.py", *arguments)
    assert done.returncode == 0, done.stderr
    results = load_results(tmp_path / "sweeps" / "it")
    runs = {(t.parameters["dataset.path"], t.parameters["model"]) for t in results.trials}
    assert runs == {(str(path), model) for path in paths for model in ("gru", "vanilla")}
    assert len(results.of_state("complete")) == len(results.trials) == 4
    again = through_bash("train.py", *arguments)
    assert "4 of 4 trials are done" in again.stdout


@pytest.mark.slow
def test_two_objectives_a_space_function_and_a_diverging_trial(
    names_folder: Path, tmp_path: Path
) -> None:
    function = tmp_path / "space, of mine.py"
    function.write_text(
        "def space(trial):\n"
        "    size = trial.suggest_categorical('model.hidden_size', [4, 8])\n"
        "    lr = 1e-2 if trial.number else 1e30\n"
        "    return {'model.hidden_size': size, 'optimizer.lr': lr}\n"
    )
    done = through_bash(
        "train.py",
        *command(
            names_folder, tmp_path, "why? 50%", f"sweep.space_function={function}:space",
            "sweep.objectives=[val/loss,model/parameters]", "sweep.n_trials=2",
            "optimizer.lr=1", "model.hidden_size=8", "trainer.max_epochs=2",
        ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = load_results(tmp_path / "sweeps" / "why? 50%")
    assert [trial.state for trial in results.trials] == ["failed", "complete"]
    assert str(results.trials[0].reason).startswith("the loss is no longer a finite number")
    assert "trial 0 (1/2)" in done.stdout
    for trial in results.trials[1:]:
        assert trial.values is not None
        assert trial.values[1] == trial.metrics["model/parameters"]
    assert results.best is None


@pytest.mark.slow
def test_faults_through_the_command(names_folder: Path, tmp_path: Path) -> None:
    cases = {
        ("sweep=optuna",): "sweep=… makes many runs: add -m, as in python train.py -m sweep=optuna",
        ("-m", "sweep=optuna", "model.hiden_size=choice(8,16)"): "'model.hidden_size'",
        ("-m", "sweep=optuna", "sweep.n_trails=3"): "did you mean 'sweep.n_trials'?",
    }
    for arguments, complaint in cases.items():
        done = through_bash("train.py", *arguments, f"output_dir={tmp_path}")
        assert done.returncode == 1
        assert complaint in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not list(tmp_path.iterdir())
