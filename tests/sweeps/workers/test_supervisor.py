"""Real processes on toy jobs: every trial once, whatever dies."""

import dataclasses
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from charlab.errors import SweepError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.study import SPEC, load
from charlab.sweeps.workers.claim import REASON
from tests.support.shell import ROOT, environment
from tests.sweeps.toys import ledger_of, states_of, toy_supervisor, toy_sweep, trials_of


@pytest.fixture(autouse=True)
def _importable_in_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'src'}")


def assert_each_once(location: StudyLocation, count: int, steps: int = 3) -> None:
    """Every trial's every step, and its end, stand in the ledger once."""
    ledger = ledger_of(location)
    expected = {f"step {s} {n}" for n in range(count) for s in range(1, steps + 1)}
    expected |= {f"ended {n}" for n in range(count)}
    done = {line: times for line, times in ledger.items() if not line.startswith("began")}
    assert done == dict.fromkeys(expected, 1)
    assert states_of(location) == {"COMPLETE": count}


@contextmanager
def when(condition: Callable[[], bool], act: Callable[[], object]) -> Iterator[None]:
    """Acts, in a thread, as soon as something is so."""

    def wait() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not condition():
            time.sleep(0.02)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    yield
    thread.join()


def test_when_the_time_is_over_trials_save_themselves(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 400, "seconds": 0.05})
    supervisor = toy_supervisor(location, 4, 2, minutes=1e9)
    begun = lambda: ledger_of(location)["step 1 0"] and ledger_of(location)["step 1 1"]  # noqa: E731
    clock = time.monotonic
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "charlab.sweeps.workers.supervisor.time.monotonic",
            lambda: clock() + (1e12 if begun() else 0),
        )
        assert supervisor.run() is None
    assert states_of(location) == {"RUNNING": 2}
    assert ledger_of(location)["began 2"] == 0


def test_what_breaks_a_claim_is_told(tmp_path: Path) -> None:
    """Optuna refuses another set of choices; the supervisor hears it from the worker's process."""
    location = toy_sweep(tmp_path, space={"x": "choice(1,2)"}, duplicates="train")
    toy_supervisor(location, 1, 1).run()
    study, spec = load(location)
    study.set_user_attr(SPEC, dataclasses.replace(spec, space={"x": "choice(1,3)"}).to_json())
    with pytest.raises(
        SweepError, match=r"1 trial failed in a row .* the last because: ValueError"
    ):
        toy_supervisor(location, 3, 1, max_failures=1).run()
    reason = trials_of(location)[1].user_attrs[REASON]
    assert reason.startswith("ValueError: CategoricalDistribution does not support dynamic value")
    assert "\n" not in reason


def test_three_workers_do_each_trial_once(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    surveys: list[Any] = []
    supervisor = toy_supervisor(location, 6, 3, on_status=surveys.append)
    sizes = []
    wait = supervisor.engine.wait

    def counted_wait(seconds: float) -> None:
        sizes.append(len(supervisor._live))
        wait(seconds)

    supervisor.engine.wait = counted_wait  # type: ignore[method-assign]
    assert supervisor.run() is None
    assert_each_once(location, 6)
    assert len({trial.params["x"] for trial in trials_of(location)}) == 6
    assert max(sizes) == 3
    assert surveys[-1].is_over
    assert not supervisor._live
    assert toy_supervisor(location, 6, 3).run() is None  # there is nothing left to do
    assert sum(ledger_of(location).values()) == 6 * 5


def test_deaths_and_failures(tmp_path: Path) -> None:
    """Dead once: again under its number; always: pruned; an error: failed; the rest goes on."""
    location = toy_sweep(
        tmp_path, composition={"deaths": {"1": 1, "3": 99}, "failures": ["2"], "figures": {}}
    )
    assert toy_supervisor(location, 5, 2).run() is None
    trials = trials_of(location)
    assert [t.state.name for t in trials] == ["COMPLETE", "COMPLETE", "FAIL", "FAIL", "COMPLETE"]
    assert trials[2].user_attrs[REASON] == "RuntimeError: toy 2 is broken"
    killed = "its process was killed by SIGKILL, perhaps for want of memory, "
    # the other worker may take it up before its last crash is counted
    assert trials[3].user_attrs[REASON] in (f"{killed}3 times", f"{killed}4 times")
    ledger = ledger_of(location)
    assert ledger["began 1"] == 2
    assert ledger["began 2"] == 1
    assert ledger["began 3"] in (3, 4)
    assert all(ledger[f"step {s} 1"] == 1 for s in (1, 2, 3))  # went on from its own step
    assert [ledger[f"ended {n}"] for n in range(5)] == [1, 1, 0, 0, 1]
    assert "RuntimeError: toy 2" in (location.folder / "workers.log").read_text()


def test_too_many_failures_stop_the_sweep_and_a_second_try_is_given(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"failures": "all"})
    with pytest.raises(SweepError) as raised:
        toy_supervisor(location, 9, 1, max_failures=2).run()
    assert str(raised.value) == (
        "2 trials failed in a row (sweep.max_failures), the last because: RuntimeError: toy 1 is "
        "broken; mend the cause and give the same command again with sweep.name=toy to go on"
    )
    failed = states_of(location)["FAIL"]
    assert 2 <= failed <= 3
    with pytest.raises(SweepError, match="2 trials failed in a row"):
        toy_supervisor(location, 9, 1, max_failures=2).run()
    assert failed + 2 <= states_of(location)["FAIL"] <= failed + 3


def test_workers_that_cannot_start(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    supervisor = toy_supervisor(location, 3, 1)
    supervisor.location.folder.joinpath("workers.log").mkdir()  # they can write down nothing
    with pytest.raises(SweepError, match="workers die before they take a trial"):
        supervisor.run()
    assert trials_of(location) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_it_can_go_on(number: int, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 8, "seconds": 0.12})
    begun = lambda: ledger_of(location)["step 1 1"] > 0  # noqa: E731
    before = signal.getsignal(signal.SIGINT)
    with when(begun, lambda: os.kill(os.getpid(), number)):
        assert toy_supervisor(location, 3, 2).run() == number
    assert signal.getsignal(signal.SIGINT) is before
    assert states_of(location)["RUNNING"] >= 1
    assert toy_supervisor(location, 3, 2).run() is None
    assert_each_once(location, 3, steps=8)


def supervisor(location: StudyLocation, n_trials: int, size: int) -> subprocess.Popen[bytes]:
    """A sweep's command in a process group of its own, as a terminal would start it."""
    arguments = [str(location.folder.parent), location.name, str(n_trials), str(size)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sweeps.toys", *arguments],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        start_new_session=True,
        stderr=subprocess.PIPE,
    )


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def workers_of(location: StudyLocation) -> list[int]:
    ledger = location.folder / "ledger"
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    return sorted({int(line.rpartition(" ")[2]) for line in lines})


def kill_and_go_on(
    location: StudyLocation, n_trials: int, size: int, kills: int, seed: int
) -> None:
    """Kills the whole sweep at random moments, then lets it end."""
    chance = random.Random(seed)
    for _ in range(kills):
        before = sum(ledger_of(location).values())
        process = supervisor(location, n_trials, size)
        deadline = time.monotonic() + 60
        while sum(ledger_of(location).values()) < before + chance.randint(2, 6):
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()[1].decode()
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
        os.killpg(process.pid, signal.SIGKILL)  # the supervisor and its fork server
        for pid in workers_of(location) if chance.random() < 0.5 else []:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        process.communicate()
    process = supervisor(location, n_trials, size)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    ledger = ledger_of(location)
    for number in range(n_trials):
        # a kill between the job's end and its note lets an ended job end again, but not a step
        assert ledger[f"ended {number}"] >= 1
        assert all(ledger[f"step {step} {number}"] <= 1 for step in (1, 2, 3))
    assert sum(ledger[f"ended {n}"] for n in range(n_trials)) <= n_trials + kills * size
    assert not [line for line in ledger if int(line.rpartition(" ")[2]) >= n_trials]
    assert states_of(location) == {"COMPLETE": n_trials}
    assert len({t.params["x"] for t in trials_of(location)}) == n_trials


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_killed_and_started_again(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"seconds": 0.02})
    kill_and_go_on(location, n_trials=6, size=2, kills=1, seed=1)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_killed_three_times_and_started_again(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"seconds": 0.02})
    kill_and_go_on(location, n_trials=12, size=3, kills=3, seed=2)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_workers_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"seconds": 0.1, "steps": 600})
    process = supervisor(location, 2, 2)
    deadline = time.monotonic() + 60
    while len(workers_of(location)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.communicate()
    while any(alive(pid) for pid in workers_of(location)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert states_of(location) == {"RUNNING": 2}
    assert ledger_of(location)["ended 0"] == 0


@pytest.mark.slow
def test_two_supervisors_share_the_trials(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"seconds": 0.05})
    both = [supervisor(location, 12, 2) for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    assert_each_once(location, 12)
