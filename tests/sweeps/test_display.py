"""The line for each trial."""

import re
from pathlib import Path

import pytest

from charlab.sweeps.display import SweepDisplay
from charlab.sweeps.search.queueing import queue_failed
from charlab.sweeps.workers.supervisor import SweepStatus
from tests.sweeps.toys import Worker, toy_sweep, trials_of


def test_copies_and_further_tries_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("charlab.sweeps.display.say", said.append)
    location = toy_sweep(tmp_path, space={"x": "choice(1)"})
    worker = Worker(location)
    display = SweepDisplay(worker.spec, live=False)
    display.on_status(SweepStatus([], 3, 3))
    worker.finish(worker.taken(1), "FAIL", None)
    queue_failed(worker.study)
    worker.finish(worker.taken(2), value=0.5)
    assert worker.take(3) is None  # told at once
    display.on_status(SweepStatus(trials_of(location), 3, 0))
    assert [re.sub(r", 0:0\d", "", line) for line in said] == [
        "trial 0 (3/3): failed: no reason known",
        "trial 1, trial 0 again (3/3): val/loss 0.5000 | x=1 | best 0.5000 (trial 1)",
        "trial 2 (3/3): val/loss 0.5000 | x=1 (the settings and result of trial 1) "
        "| best 0.5000 (trial 1)",
    ]


def picture(display: SweepDisplay, status: SweepStatus) -> list[str]:
    """The lines of the live table."""
    return [str(line).rstrip() for line in display._picture(status).renderables]


def test_the_live_table(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, space={"x": "choice(1)", "y": "choice(a,b)"})
    worker = Worker(location)
    worker.finish(worker.taken(2), value=0.5)
    trials = trials_of(location)
    display = SweepDisplay(worker.spec, live=False)
    lines = picture(display, SweepStatus(trials, 2, 1))
    assert lines[1].split() == ["trial", "val/loss", "x", "y", "time"]
    assert lines[2].split()[:3] == ["0", "0.5000", "1"]
    assert lines[2].endswith("best")
    assert lines[3].startswith("1 of 2 trials, 1 complete")


def test_what_runs_and_what_nobody_works_on(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, space={"x": "interval(0,1)"})
    worker, other = Worker(location), Worker(location, "b")
    worker.taken(2), other.taken(2)
    display = SweepDisplay(worker.spec, live=False)
    lines = picture(display, SweepStatus(trials_of(location), 2, 0, orphans=frozenset({1})))
    assert [line.split()[0] for line in lines[1:3]] == ["trial", "0"]
    assert lines[2].endswith("0%")
    assert lines[3] == "0 of 2 trials, 1 running"


def test_a_stop_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("charlab.sweeps.display.say", said.append)
    location = toy_sweep(tmp_path)
    worker = Worker(location)
    worker.taken(2)
    display = SweepDisplay(worker.spec, live=False)
    display.on_status(SweepStatus(trials_of(location), 2, 0, stopping=1))
    display.on_status(SweepStatus(trials_of(location), 2, 0, stopping=2))
    assert said == [
        "stopping: 1 running trial saves itself",
        "stopping: 2 running trials save themselves",
    ]
