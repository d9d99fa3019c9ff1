"""A trial's run from its claim to its end, in this process: what is told, and what is not."""

import errno
import importlib
import math
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charlab.errors import RunInUseError
from charlab.runs import folder as runs
from charlab.sweeps.search import retries
from charlab.sweeps.search.retries import Patience, StorageError
from charlab.sweeps.search.trial_folders import belongs
from charlab.sweeps.workers import worker as workers
from charlab.sweeps.workers.claim import OWNER, REASON, STALLS, Claimed
from charlab.sweeps.workers.worker import (
    NOTHING,
    OUTPUT,
    STOPPED,
    Job,
    JobEnd,
    Watch,
    load_job,
    run_claimed,
    send_output_to,
)
from tests.sweeps.toy_jobs import toy_job
from tests.sweeps.toys import Worker, ledger_of, states_of, toy_sweep, trials_of

JOB = "tests.sweeps.toy_jobs:toy_job"


def ends(status: str = "completed", **metrics: float) -> Job:
    """A job that trains nothing and ends so; ``val_loss`` stands for ``val/loss``."""
    found = {name.replace("_", "/", 1): value for name, value in metrics.items()}
    return lambda arguments, composition, folder, watch: JobEnd(status, found)


def breaks(error: BaseException) -> Job:
    def job(
        arguments: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
    ) -> JobEnd:
        raise error

    return job


def run(worker: Worker, claimed: Claimed, job: Job) -> bool:
    return run_claimed(worker.study, worker.spec, claimed, worker.location.folder, job)


@pytest.mark.parametrize(
    ("job", "state", "values", "reason"),
    [
        (ends(val_loss=0.5, val_accuracy=1.0), "COMPLETE", [0.5], None),
        (ends(val_loss=math.inf), "COMPLETE", [math.inf], None),
        (ends("pruned", val_loss=0.5), "PRUNED", None, "given up: behind the others"),
        (ends(val_loss=math.nan), "FAIL", None, "val/loss is not a number"),
        (
            ends(val_accuracy=0.5, best=1),
            "FAIL",
            None,
            "the run has no figure val/loss; there are best, val/accuracy",
        ),
        (breaks(RuntimeError("toy\nis broken")), "FAIL", None, "RuntimeError: toy is broken"),
    ],
)
def test_how_a_run_ended_is_told(
    job: Job,
    state: str,
    values: list[float] | None,
    reason: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    worker = Worker(toy_sweep(tmp_path))
    claimed = worker.taken(1)
    assert run(worker, claimed, job) is False
    (trial,) = trials_of(worker.location)
    assert (trial.state.name, trial.values, trial.user_attrs.get(REASON)) == (state, values, reason)
    assert belongs(worker.location.folder / "0", claimed.identity)
    assert ("Traceback" in capsys.readouterr().err) is (reason is not None and "toy" in reason)


def test_all_of_several_objectives_are_told_and_none_is_watched(tmp_path: Path) -> None:
    worker = Worker(
        toy_sweep(tmp_path, objectives=("val/loss", "speed/x"), directions=("minimize", "maximize"))
    )
    watched = []

    def job(
        arguments: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
    ) -> JobEnd:
        watched.append(watch)
        return JobEnd("completed", {"speed/x": 2, "val/loss": 1.0, "more": 3.0})

    assert run(worker, worker.taken(1), job) is False
    (trial,) = trials_of(worker.location)
    assert (trial.values, watched) == ([1.0, 2.0], [None])
    assert trial.user_attrs["figures"] == {"speed/x": 2, "val/loss": 1.0, "more": 3.0}


def test_a_job_is_given_its_words_its_folder_and_a_watcher(tmp_path: Path) -> None:
    """It reports at whole validations, and is given up when its pruner says so."""
    spec: dict[str, Any] = {"pruner": "median", "startup_trials": 1, "warmup": 0}
    worker = Worker(toy_sweep(tmp_path, fixed=("a=1",), composition={"b": 2}, **spec))
    given: list[Any] = []

    def job(
        arguments: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
    ) -> JobEnd:
        given.append((arguments, composition, folder))
        assert watch is not None
        for number in range(1, 6):
            if watch({"val/loss": float(len(given))}, 100 * number):
                return JobEnd("pruned", {"val/loss": float(len(given))})
        return JobEnd("completed", {"val/loss": float(len(given))})

    claims = []
    for _ in range(2):
        claims.append(worker.taken(2))
        assert run(worker, claims[-1], job) is False
    composition = {"b": 2, "fixed": ["a=1"]}
    assert given == [
        (claim.arguments, composition, worker.location.folder / str(claim.trial.number))
        for claim in claims
    ]
    good, bad = trials_of(worker.location)
    assert (good.state.name, sorted(good.intermediate_values)) == (
        "COMPLETE",
        [100, 200, 300, 400, 500],
    )
    assert (bad.state.name, bad.intermediate_values) == ("PRUNED", {100: 2.0})
    assert bad.value == 2.0  # its last report


def test_a_run_that_a_signal_stopped_goes_on_some_day(tmp_path: Path) -> None:
    worker = Worker(toy_sweep(tmp_path))
    assert run(worker, worker.taken(1), ends("interrupted")) is True
    (trial,) = trials_of(worker.location)
    assert trial.state.name == "RUNNING"
    assert trial.user_attrs[STALLS] == [-1, 0]  # it is no sign of trouble
    assert "figures" not in trial.user_attrs


@pytest.mark.parametrize("job", [ends(val_loss=0.5), ends("interrupted"), breaks(ValueError("x"))])
def test_a_trial_that_another_process_has_now_is_told_by_that_one(job: Job, tmp_path: Path) -> None:
    worker = Worker(toy_sweep(tmp_path))
    claimed = worker.taken(1)
    claimed.trial.set_user_attr(OWNER, "another")
    assert run(worker, claimed, job) is True
    (trial,) = trials_of(worker.location)
    assert trial.state.name == "RUNNING"
    assert trial.user_attrs.keys().isdisjoint({"figures", REASON, STALLS})


def test_a_full_disk_is_waited_for_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Path] = []

    def job(
        arguments: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
    ) -> JobEnd:
        tries.append(folder)
        if len(tries) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        return JobEnd("completed", {"val/loss": 0.5})

    monkeypatch.setattr(retries, "_sleep", lambda seconds: None)
    worker = Worker(toy_sweep(tmp_path))
    assert run(worker, worker.taken(2), job) is False
    assert len(tries) == 3
    tries.clear()
    monkeypatch.setattr(Patience, "is_over", True)
    with pytest.raises(StorageError, match="there is no room left on the disk"):
        run(worker, worker.taken(2), job)
    assert states_of(worker.location) == {"COMPLETE": 1, "RUNNING": 1}


@pytest.fixture
def _signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("_signals")  # the toy job heeds one
def test_a_process_takes_one_trial_and_lets_it_go(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    for number in range(2):
        assert workers._work_on_one(location, 2, f"process {number}", 0, JOB) == 0
    assert workers._work_on_one(location, 2, "process 2", 0, JOB) == NOTHING
    assert states_of(location) == {"COMPLETE": 2}
    assert [ledger_of(location)[f"ended {number}"] for number in range(2)] == [1, 1]
    locks = Worker(location).locks
    assert [locks.take(number) for number in range(2)] == [True, True]


def test_a_trial_whose_folder_is_in_use_is_let_go_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else its sweep would start processes for it one after the other, without end."""
    waited: list[float] = []
    monkeypatch.setattr("charlab.sweeps.workers.worker.time.sleep", waited.append)
    location = toy_sweep(tmp_path)
    folder = location.folder / "0"
    folder.mkdir()
    (folder / "metrics.json").write_text("{}")
    with runs.exclusive(folder):
        assert workers._work_on_one(location, 1, "a", 0, JOB) == STOPPED
    assert waited == [5.0]
    assert capsys.readouterr().err == (
        f"trial 0: {folder} is in use: the run goes on in another process; it is let go\n"
    )
    (trial,) = trials_of(location)
    assert (trial.state.name, trial.user_attrs[STALLS]) == ("RUNNING", [-1, 0])
    assert Worker(location, "b").taken(1).trial.number == 0


def test_a_folder_in_use_is_the_caller_s_matter(tmp_path: Path) -> None:
    worker = Worker(toy_sweep(tmp_path))
    with pytest.raises(RunInUseError):
        run(worker, worker.taken(1), breaks(RunInUseError("it is in use")))
    assert states_of(worker.location) == {"RUNNING": 1}


def test_jobs_by_name() -> None:
    assert load_job(JOB) is toy_job
    older = load_job("charlab.commands.trial:run_trial")  # as studies of earlier versions say
    assert older is importlib.import_module("charlab.sweeps.trial").run_trial


def test_what_a_process_says_goes_to_the_sweep_s_folder(tmp_path: Path) -> None:
    """After what stands there; also what libraries write past Python."""
    (tmp_path / OUTPUT).write_bytes(b"before\n")
    kept = [os.dup(1), os.dup(2)]
    try:
        send_output_to(tmp_path)
        os.write(1, "größer\n".encode())
        os.write(2, b"worse\n")
    finally:
        for number, copy in enumerate(kept, start=1):
            os.dup2(copy, number)
            os.close(copy)
    assert (tmp_path / OUTPUT).read_text(encoding="utf-8") == "before\ngrößer\nworse\n"
