"""The process that works on a node."""

import dataclasses
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from charlab.errors import SweepError
from charlab.sweeps.workers.engines.remote import Child
from tests.support.shell import ROOT
from tests.sweeps.toys import Worker, ledger_of, states_of, toy_sweep, trials_of
from tests.sweeps.workers.engines.clusters import (
    assert_each_once,
    is_free,
    see_toys,
    task_for,
    until,
)


@pytest.fixture(autouse=True)
def _see_toys(monkeypatch: pytest.MonkeyPatch) -> None:
    see_toys(monkeypatch)


@pytest.mark.slow
def test_one_trial_after_the_other_until_none_is_left(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    assert Child(task_for(location, 3)).wait() == ""
    assert_each_once(location, 3)
    assert all(trial.user_attrs["owner"].startswith("w.") for trial in trials_of(location))


@pytest.mark.slow
def test_it_does_not_stay_for_what_another_works_on(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    other = Worker(location)
    theirs = other.taken(2)
    assert Child(task_for(location, 2)).wait() == ""
    assert ledger_of(location)["ended 1"] == 1
    assert not trials_of(location)[theirs.trial.number].state.is_finished()


@pytest.mark.slow
def test_a_trial_that_is_stopped_saves_itself_and_goes_on_elsewhere(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 40, "seconds": 0.1})
    child = Child(task_for(location, 1))
    until(lambda: ledger_of(location)["step 2 0"])
    child.stop(at_once=False)
    assert child.wait() == ""
    assert states_of(location) == {"RUNNING": 1}
    assert is_free(location, 0)
    assert Worker(location).taken(1).trial.number == 0
    assert ledger_of(location)["ended 0"] == 0


@pytest.mark.slow
def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 600, "seconds": 0.1})
    code = (
        "import json, sys; from charlab.sweeps.workers.engines.remote import Child, Task; "
        "Child(Task(**json.loads(sys.argv[1]))).wait()"
    )
    plain = json.dumps(dataclasses.asdict(task_for(location, 1)))
    parent = subprocess.Popen([sys.executable, "-c", code, plain], cwd=ROOT, env=dict(os.environ))
    until(lambda: ledger_of(location)["step 1 0"])
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: is_free(location, 0))
    assert states_of(location) == {"RUNNING": 1}


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        (0, "", ""),
        (-signal.SIGTERM, "", ""),
        (1, "ValueError: x", "ValueError: x"),
        (1, "", "its worker ended with exit code 1"),
        (-signal.SIGKILL, "", "its worker was killed by SIGKILL, perhaps for want of memory"),
        (-(signal.SIGRTMIN + 1), "", f"its worker was killed by signal {signal.SIGRTMIN + 1}"),
    ],
)
def test_the_end_of_a_worker_in_words(code: int, said: str, words: str) -> None:
    child = object.__new__(Child)
    process: Any = SimpleNamespace(wait=lambda: code, stdout=io.StringIO(said))
    child._process = process
    assert child.wait() == words


def test_a_node_without_the_working_directory_says_so(tmp_path: Path) -> None:
    task = dataclasses.replace(task_for(toy_sweep(tmp_path), 1), directory="/no/such/place")
    with pytest.raises(SweepError, match=r"does not see /no/such/place: charlab and its data"):
        Child(task)


@pytest.mark.slow
def test_a_node_without_the_sweeps_folder_says_so(tmp_path: Path) -> None:
    task = task_for(toy_sweep(tmp_path), 1)
    task.location["folder"] = "/no/such/place"
    assert "does not see /no/such/place: choose an output_dir" in Child(task).wait()


@pytest.mark.slow
def test_a_fault_is_one_line(tmp_path: Path) -> None:
    task = task_for(toy_sweep(tmp_path), 1)
    task.location["name"] = "another"
    assert Child(task).wait() == "the storage has no sweep of charlab named 'another'"
