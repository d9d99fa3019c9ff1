"""Who gets which trial: orphans first, each to one process, never more than there are to be."""

import multiprocessing
from pathlib import Path
from typing import Any

import optuna
import pytest

from charlab.sweeps.search import suggest
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.study import load
from charlab.sweeps.workers import claim
from charlab.sweeps.workers.claim import (
    CRASHES,
    FORMER,
    GIVEN,
    MAX_CRASHES,
    MAX_STALLS,
    OWNER,
    REASON,
    RESULT,
    WORDS,
)
from tests.sweeps.toys import Worker, states_of, toy_sweep, trials_of

SPACE_FUNCTION = """
import optuna

def depends(trial):
    return {"y": trial.params["x"]}

def refuses(trial):
    raise optuna.TrialPruned("x is odd")

def breaks(trial):
    return {"y": 1 / 0}

def wrong(trial):
    return ["y"]
"""


@pytest.fixture
def function_file(tmp_path: Path) -> Path:
    file = tmp_path / "my space: functions.py"
    file.write_text(SPACE_FUNCTION)
    return file


def set_attribute(location: StudyLocation, number: int, name: str, value: Any) -> None:
    study, _ = load(location)
    study._storage.set_trial_user_attr(trials_of(location)[number]._trial_id, name, value)


def test_new_trials_up_to_the_total(tmp_path):
    location = toy_sweep(tmp_path, fixed=("y=1",))
    a, b = Worker(location, "a"), Worker(location, "b")
    first, second = a.taken(2), b.taken(2)
    assert (first.trial.number, second.trial.number) == (0, 1)
    assert FORMER not in first.trial.user_attrs
    assert first.arguments == ["y=1", f"x={first.trial.params['x']!r}"]
    assert a.take(2) is None
    a.finish(first)
    assert a.take(2) is None
    assert a.taken(3).trial.number == 2  # more are wanted now
    attributes = trials_of(location)[0].user_attrs
    assert attributes[OWNER] == "a"
    assert attributes[WORDS] == first.arguments


def test_an_orphan_goes_on_under_its_number_with_its_settings(tmp_path):
    location = toy_sweep(tmp_path)
    a, b = Worker(location, "a"), Worker(location, "b")
    dead, alive = a.taken(9), a.taken(9)
    a.die(dead)
    adopted = b.taken(9)
    assert adopted.trial.user_attrs[FORMER] == ["a"]
    assert adopted.trial.number == dead.trial.number == 0
    assert adopted.arguments == dead.arguments
    assert trials_of(location)[0].user_attrs[OWNER] == "b"
    assert b.taken(9).trial.number == 2
    assert alive.trial.number == 1


def test_orphans_come_first_and_in_order(tmp_path):
    a = Worker(toy_sweep(tmp_path))
    claimed = [a.taken(9) for _ in range(4)]
    for one in (claimed[2], claimed[1]):
        a.die(one)
    assert [a.taken(9).trial.number for _ in range(3)] == [1, 2, 4]


@pytest.mark.parametrize("sampler", ["random", "grid", "tpe", "qmc"])
def test_a_trial_whose_process_died_before_it_chose(sampler, tmp_path):
    """Between the trial's creation and its first setting: it gets what it would have got."""
    space = {"x": "range(0,8)", "y": "choice(a,b,c)"}
    options: Any = {"sampler": sampler, "space": space}
    whole = Worker(toy_sweep(tmp_path, "whole", **options)).taken(1)
    location = toy_sweep(tmp_path, "torn", **options)
    study, _ = load(location)
    study._storage.create_new_trial(study._study_id)
    torn = Worker(location).taken(1)
    assert torn.trial.number == 0
    assert torn.arguments == whole.arguments
    assert len(trials_of(location)) == 1


@pytest.mark.parametrize("moment", ["set_user_attr", "_suggest", "choose"])
def test_death_at_any_moment_of_a_claim(moment, tmp_path, monkeypatch):
    """Nothing is lost, nothing counts twice: the next process has the same trial."""
    whole = Worker(toy_sweep(tmp_path, "whole")).taken(1)
    location = toy_sweep(tmp_path)
    dying = Worker(location, "a")

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        place: Any = (
            optuna.trial.Trial
            if moment == "set_user_attr"
            else suggest
            if moment == "_suggest"
            else claim
        )
        patch.setattr(place, moment, die)
        with pytest.raises(KeyboardInterrupt):
            dying.take(1)
    dying.locks.let_go(0)
    after = Worker(location, "b").taken(1)
    assert after.trial.number == 0
    assert after.arguments == whole.arguments
    assert len(trials_of(location)) == 1


def test_a_trial_is_locked_before_others_can_see_it(tmp_path, monkeypatch):
    """Else a supervisor that looks for orphans just then would take it for one."""
    worker = Worker(toy_sweep(tmp_path))
    ask = optuna.Study.ask

    def watched_ask(study: optuna.Study) -> Any:
        assert not Worker(worker.location).locks.take(0)
        return ask(study)

    monkeypatch.setattr(optuna.Study, "ask", watched_ask)
    assert worker.taken(1).trial.number == 0


def test_a_result_that_was_noted_is_told(tmp_path):
    """The process died between the note and Optuna: the job does not run again."""
    location = toy_sweep(tmp_path)
    worker = Worker(location)
    results = [
        {"state": "COMPLETE", "values": [0.25]},
        {"state": "PRUNED", "values": None},
        {"state": "FAIL", "values": None},
    ]
    claimed = [worker.taken(9) for _ in results]
    for one, result in zip(claimed, results, strict=True):
        set_attribute(location, one.trial.number, RESULT, result)
        worker.die(one)
    assert worker.taken(9).trial.number == 3
    trials = trials_of(location)
    assert [t.state.name for t in trials] == ["COMPLETE", "PRUNED", "FAIL", "RUNNING"]
    assert trials[0].value == 0.25


def test_a_trial_that_kills_its_processes_is_given_up(tmp_path):
    location = toy_sweep(tmp_path)
    worker = Worker(location)
    worker.die(worker.taken(2))
    set_attribute(location, 0, CRASHES, MAX_CRASHES - 1)
    set_attribute(location, 0, REASON, "its process was killed by SIGKILL")
    again = worker.taken(2)
    assert again.trial.number == 0
    worker.die(again)
    set_attribute(location, 0, CRASHES, MAX_CRASHES)
    assert worker.taken(2).trial.number == 1
    trial = trials_of(location)[0]
    assert trial.state.name == "FAIL"
    assert trial.user_attrs[REASON] == "its process was killed by SIGKILL, 3 times"


def test_a_trial_that_never_gets_on_is_given_up(tmp_path):
    worker = Worker(toy_sweep(tmp_path))
    for _ in range(MAX_STALLS):
        claimed = worker.taken(1)
        assert claimed.trial.number == 0
        worker.die(claimed)
    assert worker.take(1) is None
    (trial,) = trials_of(worker.location)
    assert trial.user_attrs[REASON] == "its process was killed, 10 times"


def test_a_trial_that_gets_on_is_not(tmp_path):
    worker = Worker(toy_sweep(tmp_path))
    for step in range(MAX_STALLS + 3):
        claimed = worker.taken(1)
        claimed.trial.report(1.0, step + 1)
        worker.die(claimed)
    assert states_of(worker.location) == {"RUNNING": 1}


def test_waiting_trials_count_and_come_before_new_ones(tmp_path):
    location = toy_sweep(tmp_path)
    study, _ = load(location)
    study.enqueue_trial({"x": 0.125})
    study.enqueue_trial({}, user_attrs={GIVEN: ["a=1", "seed=7"]})
    worker = Worker(location)
    assert worker.taken(3).arguments == ["x=0.125"]
    assert worker.taken(3).arguments == ["a=1", "seed=7"]
    assert worker.taken(3).trial.number == 2
    assert worker.take(3) is None
    study.enqueue_trial({"x": 0.5})  # one more than there were to be
    assert worker.taken(3).arguments == ["x=0.5"]


def test_an_adopted_trial_keeps_its_words_when_the_function_changes(tmp_path, function_file):
    worker = Worker(toy_sweep(tmp_path, function=f"{function_file}:depends"))
    claimed = worker.taken(1)
    worker.die(claimed)
    function_file.write_text("def depends(trial): return {'other': 1}")
    assert worker.taken(1).arguments == claimed.arguments


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("refuses", "PRUNED", "x is odd"),
        ("breaks", "FAIL", "{file}:breaks failed: ZeroDivisionError: division by zero"),
        (
            "wrong",
            "FAIL",
            "{file}:wrong must return a mapping of settings to values, got ['y']",
        ),
    ],
)
def test_trials_that_the_function_refuses(name, state, reason, tmp_path, function_file):
    worker = Worker(toy_sweep(tmp_path, function=f"{function_file}:{name}"))
    assert worker.take(2) is None
    trials = trials_of(worker.location)
    assert [t.state.name for t in trials] == [state] * 2
    assert trials[0].user_attrs[REASON] == reason.format(file=function_file)


def claim_all(plain: dict[str, str], n_trials: int, own: str) -> list[int]:
    """Takes and ends trials until there are none, in a process of its own."""
    worker = Worker(StudyLocation.from_plain(plain), own)
    numbers = []
    while (claimed := worker.take(n_trials)) is not None:
        numbers.append(claimed.trial.number)
        worker.finish(claimed)
    return numbers


def test_two_processes_never_get_the_same(tmp_path):
    location = toy_sweep(tmp_path)
    context = multiprocessing.get_context("forkserver")  # it has imported all of this once
    context.set_forkserver_preload(["charlab.sweeps.workers.preload", "tests.sweeps.toy_jobs"])
    with context.Pool(2) as supervisor:
        shares = supervisor.starmap(
            claim_all, [(location.to_plain(), 8, name) for name in "ab"], chunksize=1
        )
    assert sorted(shares[0] + shares[1]) == list(range(8))
    assert states_of(location) == {"COMPLETE": 8}
    assert len({t.params["x"] for t in trials_of(location)}) == 8
