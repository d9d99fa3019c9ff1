"""Settings that were tried: told again, drawn otherwise, or trained again; never while unknown."""

from pathlib import Path
from typing import Any

import pytest

from charlab.sweeps.search.duplicates import SAME_AS
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.claim import REASON
from tests.sweeps.toys import Worker, ledger_of, states_of, toy_supervisor, toy_sweep, trials_of

SMALL: Any = {"space": {"x": "choice(0,1)"}}


def _work(worker: Worker, n_trials: int) -> list[str]:
    """Words of the trials that were trained, one after the other; x is their value."""
    trained = []
    while (claimed := worker.take(n_trials)) is not None:
        trained.append(claimed.arguments[-1])
        value = float(claimed.arguments[-1][-1])
        claimed.trial.set_user_attr("figures", {"val/loss": value, "time/train_seconds": 9.0})
        claimed.trial.report(value, 100)
        worker.finish(claimed, value=value)
    return trained


def _values(location: StudyLocation) -> list[tuple[int, float]]:
    return [(trial.params["x"], trial.values[0]) for trial in trials_of(location)]


@pytest.fixture(params=["random", "tpe", "qmc"])
def sampler(request: pytest.FixtureRequest) -> str:
    """All of them in memory but one, which a database's ways could lead astray as well."""
    if request.param != "random":
        request.getfixturevalue("in_memory")
    name: str = request.param
    return name


def test_a_result_is_told_again(sampler: str, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, **SMALL, sampler=sampler)
    assert sorted(_work(Worker(location), 6)) == ["x=0", "x=1"]
    assert all(x == value for x, value in _values(location))
    assert states_of(location) == {"COMPLETE": 6}
    trials = trials_of(location)
    copies = [t for t in trials if SAME_AS in t.user_attrs]
    assert len(copies) == 4
    for trial in copies:
        twin = trials[trial.user_attrs[SAME_AS]]
        assert twin.params == trial.params
        assert trial.intermediate_values == twin.intermediate_values
        assert trial.user_attrs["figures"] == {"val/loss": trial.values[0]}


@pytest.mark.usefixtures("in_memory")
def test_what_is_given_up_stays_so(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, space={"x": "choice(0)"})
    worker = Worker(location)
    claimed = worker.taken(2)
    claimed.trial.set_user_attr(REASON, "behind")
    worker.finish(claimed, "PRUNED", None)
    assert worker.take(2) is None
    assert states_of(location) == {"PRUNED": 2}
    assert trials_of(location)[1].user_attrs[REASON] == "behind"


def test_another_point_is_drawn_as_long_as_there_is_one(sampler: str, tmp_path: Path) -> None:
    space = {"x": "range(0,3)", "y": "choice(a,b)"}
    location = toy_sweep(tmp_path, space=space, sampler=sampler, duplicates="redraw")
    worker, seen = Worker(location), []
    while (claimed := worker.take(8)) is not None:
        seen.append(tuple(claimed.arguments))
        worker.finish(claimed, value=float(len(seen)))
    assert len(seen) == len(set(seen)) == 6
    assert states_of(location) == {"COMPLETE": 8}


@pytest.mark.usefixtures("in_memory")
def test_all_are_trained_if_that_is_wished(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, **SMALL, duplicates="train")
    assert len(_work(Worker(location), 3)) == 3


def test_a_copy_waits_for_a_trial_that_is_under_way(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, space={"x": "choice(0)"})
    a, b = Worker(location, "a"), Worker(location, "b")
    first = a.taken(3)
    assert b.take(3) is None
    assert states_of(location) == {"RUNNING": 3}
    a.finish(first, value=0.25)
    assert b.take(3) is None
    assert [trial.values for trial in trials_of(location)] == [[0.25]] * 3


@pytest.mark.usefixtures("in_memory")
def test_if_it_fails_one_copy_is_trained(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, space={"x": "choice(0)"})
    a, b = Worker(location, "a"), Worker(location, "b")
    first = a.taken(3)
    assert b.take(3) is None
    a.finish(first, "FAIL", None)
    second = b.taken(3)
    assert second.trial.number == 1
    assert a.take(3) is None
    b.finish(second, value=0.5)
    assert a.take(3) is None
    assert [trial.values for trial in trials_of(location)] == [None, [0.5], [0.5]]


def test_processes_end_a_sweep_of_copies(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, **SMALL, composition={"seconds": 0.05})
    toy_supervisor(location, 6, 2).run()
    assert states_of(location) == {"COMPLETE": 6}
    assert sum(n for line, n in ledger_of(location).items() if line.startswith("began")) <= 2
