"""Two "hosts" on one: processes that something else started, as torchrun and srun do."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.shell import ROOT, TINY, environment

pytestmark = pytest.mark.slow


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def start(variables: dict[str, str], arguments: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "train.py", *arguments],
        cwd=ROOT,
        env={**environment(), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start_all(variables: list[dict[str, str]], arguments: list[str]) -> list[tuple[int, str, str]]:
    """Exit code, output and errors of the same command in several processes."""
    processes = [start(own, arguments) for own in variables]
    ends = []
    try:
        for process in processes:
            output, errors = process.communicate(timeout=180)
            ends.append((process.returncode, output, errors))
    finally:
        for process in processes:
            process.kill()
    return ends


def torchrun() -> list[dict[str, str]]:
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port(), "WORLD_SIZE": "2"}
    return [{**meeting, "RANK": str(rank), "LOCAL_RANK": "0"} for rank in range(2)]


def slurm() -> list[dict[str, str]]:
    job = {"SLURM_NTASKS": "2", "SLURM_JOB_NODELIST": "localhost", "MASTER_PORT": free_port()}
    return [{**job, "SLURM_PROCID": str(rank), "SLURM_LOCALID": "0"} for rank in range(2)]


def test_a_grid_and_a_resumed_run(tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / "A.txt").write_text("\n".join(f"ana{i}" for i in range(60)), encoding="utf-8")
    (folder / "B.txt").write_text("\n".join(f"bob{i}" for i in range(60)), encoding="utf-8")
    out = tmp_path / "out"
    arguments = [f"dataset.path={folder}", f"output_dir={out}", *TINY, "trainer.max_epochs=1"]
    arguments += ["trainer.nodes=2", "trainer.accelerator=cpu"]
    ends = start_all(torchrun(), ["-m", "seed=1,2", *arguments])
    assert [(code, errors) for code, _, errors in ends] == [(0, "")] * 2
    assert ends[0][1].count("2 processes on 2 hosts") == 2
    assert "completed" not in ends[1][1]
    runs = sorted(path.parent for path in out.rglob("metrics.json"))
    assert len(runs) == 2
    for run in runs:
        metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
        assert metrics["status"] == "completed"
        assert metrics["progress/epochs"] == 1
        assert len(list(run.rglob("*.hparams"))) == 1
    arguments = [f"resume={runs[0]}", "trainer.max_epochs=2"]
    ends = start_all(slurm(), arguments)
    said = [f"run: {runs[0]}\n", ""]  # by the first process alone
    assert [(code, errors) for code, _, errors in ends] == [(0, arguments) for arguments in said]
    metrics = json.loads((runs[0] / "metrics.json").read_text(encoding="utf-8"))
    assert (metrics["status"], metrics["progress/epochs"]) == ("completed", 2)


def test_a_process_that_ends_is_missed_by_the_other(tmp_path: Path) -> None:
    (tmp_path / "names").mkdir()
    lines = "\n".join(f"ana{i}" for i in range(60))
    (tmp_path / "names" / "A.txt").write_text(lines, encoding="utf-8")
    out = tmp_path / "out"
    arguments = [f"dataset.path={tmp_path / 'names'}", f"output_dir={out}", *TINY]
    arguments += ["trainer.nodes=2", "trainer.accelerator=cpu", "trainer.max_epochs=100000"]
    processes = [start(own, arguments) for own in torchrun()]
    try:
        deadline = time.monotonic() + 120
        while not list(out.rglob("best.ckpt")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        processes[1].kill()
        _, errors = processes[0].communicate(timeout=60)
        assert processes[0].returncode == 1
        (line,) = errors.strip().split("\n")
        assert "another process of this run has ended" in line
    finally:
        for process in processes:
            process.kill()
            process.communicate()
