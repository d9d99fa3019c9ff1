"""Workers as jobs, through submitit: its local executor, and a SLURM of a few shell scripts."""

import os
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from charlab.config.sweep_schema import SlurmOptions
from charlab.errors import ConfigError, SweepError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.engines.slurm import JOBS
from tests.sweeps.toys import ledger_of, states_of, toy_sweep
from tests.sweeps.workers.engines.clusters import (
    assert_each_once,
    engine_for,
    files_with,
    is_free,
    see_toys,
    until,
    work,
    workers_of,
)

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
    location = toy_sweep(tmp_path, composition={"seconds": 0.3})
    work(engine_for(_options(), location, 6, 2), location, 6, 2)
    assert_each_once(location, 6)
    assert len(workers_of(location)) == 2


@pytest.mark.slow
def test_a_job_that_is_stopped_saves_its_trial(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 100, "seconds": 0.1})
    engine = engine_for(_options(), location, 1, 1)
    job = engine.start("w", 0)
    until(lambda: ledger_of(location)["step 2 0"])
    assert job.ended() is None
    job.stop(at_once=False)
    until(lambda: job.ended() is not None)
    assert job.ended() == ""
    assert states_of(location) == {"RUNNING": 1}
    assert is_free(location, 0)


@pytest.mark.slow
def test_a_job_that_cannot_work_says_why(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    engine = engine_for(
        _options(), StudyLocation("another", location.folder, location.storage), 1, 1
    )
    job = engine.start("w", 0)
    until(lambda: job.ended() is not None)
    assert job.ended() == "the storage has no sweep of charlab named 'another'"


@pytest.mark.slow
def test_submitit_writes_no_password_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://ada:geheim@127.0.0.1:1/db"
    monkeypatch.setenv("CHARLAB_SWEEP_STORAGE", "")  # put back after the test
    engine = engine_for(_options(), StudyLocation("s", tmp_path, url), 1, 1)
    assert os.environ["CHARLAB_SWEEP_STORAGE"] == url
    job = engine.start("w", 0)
    assert files_with(tmp_path / JOBS, "127.0.0.1")
    until(lambda: files_with(tmp_path, "the sweep's storage does not answer"))
    job.stop(at_once=True)
    until(lambda: job.ended() is not None)
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
        living=0
        for file in "$SLURM_TOY"/[0-9]*; do kill -0 "${file##*/}" 2> /dev/null && ((++living)); done
        if [[ -e $SLURM_TOY/limit && $living -ge $(cat "$SLURM_TOY/limit") ]]; then
            echo refused >> "$SLURM_TOY/refusals"
            echo 'sbatch: error: QOSMaxSubmitJobPerUserLimit' >&2; exit 1
        fi
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
    "squeue": 'cat "$SLURM_TOY/queue"; echo "squeue: error" >&2',
    "sacct": """
        [[ -e $SLURM_TOY/down ]] && { echo 'sacct: error: slurmdbd is down' >&2; exit 1; }
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
    location = toy_sweep(tmp_path, composition={"seconds": 0.3})
    options = _options(
        "slurm", partition="long", minutes=90, cpus=3, gpus=1, parameters={"account": "ada"}
    )
    work(engine_for(options, location, 6, 2), location, 6, 2)
    assert_each_once(location, 6)
    assert len(workers_of(location)) == 2
    script = (slurm / "script").read_text().splitlines()
    wanted = ["partition=long", "time=90", "cpus-per-task=3", "gpus-per-node=1", "mem=1GB"]
    for line in [*wanted, "account=ada", "job-name=charlab-toy", "signal=USR2@90"]:
        assert f"#SBATCH --{line}" in script


@pytest.mark.slow
def test_a_cancelled_job_saves_its_trial(slurm: Path, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 100, "seconds": 0.1})
    engine = engine_for(_options("slurm"), location, 1, 1)
    job = engine.start("w", 0)
    until(lambda: ledger_of(location)["step 2 0"])
    job.stop(at_once=False)
    until(lambda: engine.wait(0.1) or job.ended() is not None)
    assert job.ended() == ""
    until(lambda: is_free(location, 0))  # SLURM calls a job cancelled before its processes ended
    assert states_of(location) == {"RUNNING": 1}


def test_slurm_refuses_a_job(slurm: Path, tmp_path: Path) -> None:
    engine = engine_for(_options("slurm", partition="broken"), toy_sweep(tmp_path), 1, 1)
    with pytest.raises(SweepError, match=r"^SLURM takes no job: .*invalid partition specified"):
        engine.start("w", 0)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the terminal shows."""
    lines: list[str] = []
    for name in ("say", "warn"):
        monkeypatch.setattr(f"charlab.sweeps.workers.engines.slurm.{name}", lines.append)
    return lines


@pytest.mark.slow
def test_a_limit_of_jobs_ends_nothing(
    slurm: Path, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr("charlab.sweeps.workers.engines.slurm._SECONDS_AFTER_A_REFUSAL", (0.2, 0.4))
    (slurm / "limit").write_text("1")
    location = toy_sweep(tmp_path, composition={"seconds": 0.2})
    work(engine_for(_options("slurm"), location, 4, 3), location, 4, 3)
    assert_each_once(location, 4)
    assert len((slurm / "refusals").read_text().splitlines()) > 2
    assert said[-1] == (
        "SLURM takes no further job now (sbatch: error: QOSMaxSubmitJobPerUserLimit); "
        "it is asked again now and then"
    )
    assert len(said) <= 3  # of the storage, of a refusal, of another after a job was taken
    assert capfd.readouterr().err == ""


def test_the_first_job_too_may_meet_a_limit(slurm: Path, tmp_path: Path, said: list[str]) -> None:
    (slurm / "limit").write_text("0")
    engine = engine_for(_options("slurm"), toy_sweep(tmp_path), 1, 1)
    assert [engine.start("w", 0), engine.start("w", 0)] == [None, None]
    assert len((slurm / "refusals").read_text().splitlines()) == 1  # not asked at once again
    assert "MaxSubmitJob" in said[-1]


def test_what_jobs_wait_for_is_shown(
    slurm: Path, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    for name in ("_SECONDS_BETWEEN_QUESTIONS", "_SECONDS_UNTIL_THE_QUEUE_IS_SHOWN"):
        monkeypatch.setattr(f"charlab.sweeps.workers.engines.slurm.{name}", 0.0)
    engine: Any = engine_for(_options("slurm"), toy_sweep(tmp_path), 1, 1)
    del said[:]
    engine._jobs = [_Waiting(), _Waiting()]
    for queue in ("PENDING|Priority\nPENDING|Priority\n", "PENDING|Priority\nCONFIGURING|None\n"):
        (slurm / "queue").write_text(queue)
        engine.wait(0.0)
        engine.wait(0.0)  # says nothing twice
    (slurm / "queue").write_text("RUNNING|None\nPENDING|Priority\n")
    engine.wait(0.0)
    assert said == [
        "SLURM: 2 jobs wait (PENDING, Priority)",
        "SLURM: 1 job waits (CONFIGURING), 1 job waits (PENDING, Priority)",
    ]
    assert capfd.readouterr().err == ""


class _Waiting:
    """A job in the queue."""

    number, is_stopping = "7", False

    def ask(self) -> None:
        """Nothing is new."""

    def ended(self) -> None:
        """It has not begun."""


@pytest.mark.slow
def test_a_silent_database_of_jobs_is_told_once(
    slurm: Path, tmp_path: Path, said: list[str], capfd: Any
) -> None:
    (slurm / "down").touch()
    location = toy_sweep(tmp_path, composition={"seconds": 0.1})
    engine = engine_for(_options("slurm"), location, 1, 1)
    job: Any = engine.start("w", 0)
    del said[:]
    for _ in range(3):
        job.ask()
    job.stop(at_once=True)
    assert len(said) == 1
    assert said[0].startswith("submitit says: Bypassing sacct error")
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "how"), [("OUT_OF_MEMORY", "its job {} ended as OUT_OF_MEMORY"), ("TIMEOUT", "")]
)
def test_a_job_that_dies_in_silence(slurm: Path, tmp_path: Path, state: str, how: str) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 100, "seconds": 0.1})
    engine = engine_for(_options("slurm"), location, 1, 1)
    job: Any = engine.start("w", 0)
    until(lambda: ledger_of(location)["step 1 0"])
    number = job._job.job_id
    (slurm / number).write_text(state)
    os.killpg(int(number), 9)
    job.ask()
    assert job.ended() == how.format(number)
    until(lambda: is_free(location, 0))  # the process that worked ends with its job


def test_a_task_is_small_and_plain(tmp_path: Path) -> None:
    engine: Any = engine_for(_options(), toy_sweep(tmp_path), 1, 1)
    assert len(pickle.dumps(engine._task)) < 1000
