"""Whoever dies or is stopped: the others end, the run says why, nobody is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.shell import ROOT, TINY, environment

pytestmark = pytest.mark.slow


@pytest.fixture
def names_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / "A.txt").write_text("\n".join(f"ana{i}" for i in range(60)), encoding="utf-8")
    (folder / "B.txt").write_text("\n".join(f"bob{i}" for i in range(60)), encoding="utf-8")
    return folder


@contextmanager
def endless_run(names_folder: Path, output_dir: Path) -> Iterator["subprocess.Popen[str]"]:
    """A run of two processes that has saved itself once; killed at the end if it still is there."""
    process = subprocess.Popen(
        [
            sys.executable,
            "train.py",
            f"dataset.path={names_folder}",
            f"output_dir={output_dir}",
            *TINY,
            "trainer.devices=2",
            "trainer.accelerator=cpu",
            "trainer.max_epochs=100000",
        ],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 120
        while not list(output_dir.rglob("best.ckpt")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    """Processes that it has started; Linux says."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    if not path.exists():
        pytest.skip("who started whom is known on Linux only")
    found = [int(word) for task in path.parent.parent.iterdir() for word in _words(task)]
    assert found
    return found


def _words(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def is_there(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_the_end(pid: int) -> None:
    deadline = time.monotonic() + 30
    while is_there(pid):
        assert time.monotonic() < deadline, "a process was left behind"
        time.sleep(0.05)


def status(output_dir: Path) -> str:
    (path,) = output_dir.rglob("metrics.json")
    found: str = json.loads(path.read_text(encoding="utf-8"))["status"]
    return found


def test_a_member_that_is_killed_ends_the_run(names_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with endless_run(names_folder, out) as process:
        (worker,) = children(process.pid)
        os.kill(worker, signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    lines = errors.strip().split("\n")
    assert len(lines) == 1, errors
    assert "process 2 of 2 ended: it was killed by SIGKILL" in lines[0]
    assert status(out) == "failed"


def test_members_end_with_the_first(names_folder: Path, tmp_path: Path) -> None:
    with endless_run(names_folder, tmp_path / "out") as process:
        (worker,) = children(process.pid)
        process.kill()
        wait_for_the_end(worker)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_and_the_run_goes_on(
    number: signal.Signals, names_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with endless_run(names_folder, out) as process:
        (worker,) = children(process.pid)
        process.send_signal(number)
        text, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number, errors
    assert errors == ""
    assert "can be resumed" in text
    wait_for_the_end(worker)
    assert status(out) == "interrupted"
    (folder,) = (path.parent for path in out.rglob("metrics.json"))
    steps = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["progress/steps"]
    arguments = [f"resume={folder}", f"trainer.max_steps={steps + 3}"]
    done = subprocess.run(
        [sys.executable, "train.py", *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["progress/steps"] == steps + 3
