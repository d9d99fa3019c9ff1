"""Workers as jobs, through submitit: its local executor, and a SLURM of a few shell scripts."""

import os
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.sweeps.engines.clusters import (
    assert_each_once,
    engine_for,
    files_with,
    is_free,
    see_toys,
    until,
    work,
    workers_of,
)
from tests.sweeps.toys import ledger_of, states_of, toy_sweep

from charlab.config.sweep_schema import SlurmOptions
from charlab.errors import ConfigError, SweepError
from charlab.sweeps.engines.slurm import JOBS
from charlab.sweeps.spec import Address

submitit = pytest.importorskip("submitit", reason="needs the extra: pip install -e '.[slurm]'")


@pytest.fixture(autouse=True)
def _see_toys(monkeypatch: pytest.MonkeyPatch) -> None:
    see_toys(monkeypatch)
    monkeypatch.delenv("CHARLAB_SWEEP_STORAGE", raising=False)


def _options(cluster: str = "local", **changes: Any) -> SlurmOptions:
    known: dict[str, Any] = {
        "name": "slurm",
        "cluster": cluster,
        "partition": None,
        "minutes": 5,
        "cpus": 1,
        "gpus": 0,
        "memory_gb": 1.0,
        "parameters": {},
    }
    return SlurmOptions(**{**known, **changes})


@pytest.mark.slow
def test_jobs_share_the_trials(tmp_path: Path) -> None:
    address = toy_sweep(tmp_path, composition={"seconds": 0.3})
    work(engine_for(_options(), address, 6, 2), address, 6, 2)
    assert_each_once(address, 6)
    assert len(workers_of(address)) == 2


@pytest.mark.slow
def test_a_job_that_is_stopped_saves_its_trial(tmp_path: Path) -> None:
    address = toy_sweep(tmp_path, composition={"steps": 100, "seconds": 0.1})
    engine = engine_for(_options(), address, 1, 1)
    job = engine.start("w", 0)
    until(lambda: ledger_of(address)["step 2 0"])
    assert job.ended() is None
    job.stop(at_once=False)
    until(lambda: job.ended() is not None)
    assert job.ended() == ""
    assert states_of(address) == {"RUNNING": 1}
    assert is_free(address, 0)


@pytest.mark.slow
def test_a_job_that_cannot_work_says_why(tmp_path: Path) -> None:
    address = toy_sweep(tmp_path)
    engine = engine_for(_options(), Address("another", address.folder, address.storage), 1, 1)
    job = engine.start("w", 0)
    until(lambda: job.ended() is not None)
    assert job.ended() == "the storage has no sweep of charlab named 'another'"


@pytest.mark.slow
def test_submitit_writes_no_password_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://ada:geheim@127.0.0.1:1/db"
    monkeypatch.setenv("CHARLAB_SWEEP_STORAGE", "")  # put back after the test
    engine = engine_for(_options(), Address("s", tmp_path, url), 1, 1)
    assert os.environ["CHARLAB_SWEEP_STORAGE"] == url
    job = engine.start("w", 0)
    assert files_with(tmp_path / JOBS, "127.0.0.1")
    until(lambda: job.ended() is not None)
    assert str(job.ended()).startswith("sweep.storage cannot be used")
    assert files_with(tmp_path, "geheim") == []


def test_no_slurm_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"^sweep\.engine\.cluster=slurm: there is no srun here"):
        engine_for(_options("slurm"), toy_sweep(tmp_path), 1, 1)


def test_no_submitit_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(ConfigError, match=r"needs submitit: pip install -e '\.\[slurm\]'"):
        engine_for(_options(), toy_sweep(tmp_path), 1, 1)


# What submitit uses of SLURM. A job is a process group, its number the leader's process id.
_COMMANDS = {
    "sbatch": """
        grep -q 'partition=broken' "$1" && { echo 'invalid partition specified' >&2; exit 1; }
        cp "$1" "$SLURM_TOY/script"
        setsid env bash -c 'export SLURM_JOB_ID=$$; touch "$SLURM_TOY/$$"; exec bash "$0"' "$1" \\
            > /dev/null 2>&1 &
        echo "Submitted batch job $!"
    """,
    "srun": """
        while [[ $1 == --* ]]; do
            if [[ $1 == --output || $1 == --error ]]; then shift; fi
            shift
        done
        export SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NODEID=0 SLURM_NTASKS=1 SLURM_JOB_NUM_NODES=1
        exec "$@"
    """,
    "sacct": """
        echo 'JobID|State|NodeList'
        for file in "$SLURM_TOY"/[0-9]*; do
            job=${file##*/}; state=$(cat "$file")
            if ! kill -0 "$job" 2> /dev/null; then state=${state:-OUT_OF_MEMORY}; fi
            echo "$job|${state:-RUNNING}|here"
        done
    """,
    "scancel": """
        echo CANCELLED > "$SLURM_TOY/$1"
        kill -TERM -- "-$1"
    """,
}


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A toy SLURM; the folder of its notes."""
    programs, notes = tmp_path / "bin", tmp_path / "slurm"
    programs.mkdir()
    notes.mkdir()
    for name, script in _COMMANDS.items():
        (programs / name).write_text(f"#!/bin/bash\n{script}")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SLURM_TOY", str(notes))
    return notes


@pytest.mark.slow
def test_slurms_jobs_share_the_trials(slurm: Path, tmp_path: Path) -> None:
    address = toy_sweep(tmp_path, composition={"seconds": 0.3})
    options = _options(
        "slurm", partition="long", minutes=90, cpus=3, gpus=1, parameters={"account": "ada"}
    )
    work(engine_for(options, address, 6, 2), address, 6, 2)
    assert_each_once(address, 6)
    assert len(workers_of(address)) == 2
    script = (slurm / "script").read_text().splitlines()
    wanted = ["partition=long", "time=90", "cpus-per-task=3", "gpus-per-node=1", "mem=1GB"]
    for line in [*wanted, "account=ada", "job-name=charlab-toy", "signal=USR2@90"]:
        assert f"#SBATCH --{line}" in script


@pytest.mark.slow
def test_a_cancelled_job_saves_its_trial(slurm: Path, tmp_path: Path) -> None:
    address = toy_sweep(tmp_path, composition={"steps": 100, "seconds": 0.1})
    engine = engine_for(_options("slurm"), address, 1, 1)
    job = engine.start("w", 0)
    until(lambda: ledger_of(address)["step 2 0"])
    job.stop(at_once=False)
    until(lambda: engine.wait(0.1) or job.ended() is not None)
    assert job.ended() == ""
    until(lambda: is_free(address, 0))  # SLURM calls a job cancelled before its processes ended
    assert states_of(address) == {"RUNNING": 1}


def test_slurm_refuses_a_job(slurm: Path, tmp_path: Path) -> None:
    engine = engine_for(_options("slurm", partition="broken"), toy_sweep(tmp_path), 1, 1)
    with pytest.raises(SweepError, match=r"^SLURM takes no job: .*invalid partition specified"):
        engine.start("w", 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "how"), [("OUT_OF_MEMORY", "its job {} ended as OUT_OF_MEMORY"), ("TIMEOUT", "")]
)
def test_a_job_that_dies_in_silence(slurm: Path, tmp_path: Path, state: str, how: str) -> None:
    address = toy_sweep(tmp_path, composition={"steps": 100, "seconds": 0.1})
    engine = engine_for(_options("slurm"), address, 1, 1)
    job: Any = engine.start("w", 0)
    until(lambda: ledger_of(address)["step 1 0"])
    number = job._job.job_id
    (slurm / number).write_text(state)
    os.killpg(int(number), 9)
    job.ask()
    assert job.ended() == how.format(number)
    until(lambda: is_free(address, 0))  # the process that worked ends with its job


def test_a_task_is_small_and_plain(tmp_path: Path) -> None:
    engine: Any = engine_for(_options(), toy_sweep(tmp_path), 1, 1)
    assert len(pickle.dumps(engine._task)) < 1000
