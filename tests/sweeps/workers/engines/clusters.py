"""What tests of the cluster engines share."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charlab.config.sweep_schema import EngineOptions
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.engines import build_engine
from charlab.sweeps.workers.engines.remote import Task
from charlab.sweeps.workers.locks import locks_for
from charlab.sweeps.workers.supervisor import Engine, Supervisor
from tests.support.shell import ROOT
from tests.sweeps.toys import ledger_of, trials_of

JOB = "tests.sweeps.toy_jobs:toy_job"


def see_toys(patch: pytest.MonkeyPatch) -> None:
    """Lets child processes import the toy jobs."""
    patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), str(ROOT)]))


def task_for(location: StudyLocation, n_trials: int, owner: str = "w") -> Task:
    """What a worker on a sweep of toys has to know."""
    return Task(location.to_plain(), n_trials, owner, JOB, 1, False, str(ROOT))


def engine_for(options: EngineOptions, location: StudyLocation, n_trials: int, size: int) -> Engine:
    """An engine for toys."""
    return build_engine(options, location, n_trials, size, JOB)


def work(engine: Engine, location: StudyLocation, n_trials: int, size: int) -> None:
    """Works a sweep of toys to its end."""
    Supervisor(location, n_trials, size, engine, max_failures=5).run()


def assert_each_once(location: StudyLocation, n_trials: int) -> None:
    """Every trial was begun once, ended once, and is complete."""
    ledger = ledger_of(location)
    assert {n: ledger[f"ended {n}"] for n in range(n_trials)} == dict.fromkeys(range(n_trials), 1)
    assert {n: ledger[f"began {n}"] for n in range(n_trials)} == dict.fromkeys(range(n_trials), 1)
    assert [trial.state.name for trial in trials_of(location)] == ["COMPLETE"] * n_trials


def workers_of(location: StudyLocation) -> set[str]:
    """The cluster's workers that had a trial."""
    return {trial.user_attrs["owner"].partition(".")[0] for trial in trials_of(location)}


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Waits for something that is sure to come."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return value


def is_free(location: StudyLocation, number: int) -> bool:
    """Whether no process works on a trial."""
    locks = locks_for(location)
    if not locks.take(number):
        return False
    locks.let_go(number)
    return True


def files_with(folder: Path, text: str) -> list[Path]:
    """The files that hold a text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if text.encode() in path.read_bytes()]
