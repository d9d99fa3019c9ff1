"""The line for each trial."""

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
    assert [line.replace(", 0:00", "") for line in said] == [
        "trial 0 (3/3): failed: no reason known",
        "trial 1, trial 0 again (3/3): val/loss 0.5 | x=1 | best 0.5 (trial 1)",
        "trial 2 (3/3): val/loss 0.5 | x=1 (the settings and result of trial 1) "
        "| best 0.5 (trial 1)",
    ]
