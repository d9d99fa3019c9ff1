"""Known settings and failed trials in the queue."""

from pathlib import Path
from typing import Any

import pytest

from charlab.errors import ConfigError
from charlab.sweeps.search.queueing import known_settings, queue_failed, queue_known, retries
from charlab.sweeps.search.space import read_space
from tests.sweeps.toys import Worker, states_of, toy_sweep, trials_of

SPACE, _ = read_space(
    {
        "lr": "tag(log,interval(1e-3,1e-1))",
        "size": "choice(64,128)",
        "bias": "choice(true,false)",
        "layers": "range(1,7,2)",
        "model": "lstm,gru",
        "cell": "null,1",
    },
    ["+seed=range(3)"],
)


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ({"lr": 1e-2, "size": 64}, {"lr": 1e-2, "size": 64}),
        (
            {"lr": 0.001, "bias": False, "model": "gru"},
            {"lr": 0.001, "bias": False, "model": "gru"},
        ),
        ({"layers": 5, "cell": None, "seed": 2}, {"layers": 5, "cell": None, "+seed": 2}),
    ],
)
def test_known_settings(given: dict[str, Any], known: dict[str, Any]) -> None:
    assert known_settings([given], SPACE) == [known]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "sweep.enqueue holds a trial without settings"),
        ({"sise": 64}, "sweep.enqueue: sise is not searched here; did you mean 'size'?"),
        ({"size": 65}, "sweep.enqueue: size=65 is not in choice(64,128)"),
        ({"size": True}, "sweep.enqueue: size=True is not in choice(64,128)"),
        ({"bias": 1}, "sweep.enqueue: bias=1 is not in choice(true,false)"),
        ({"lr": 1.0}, "sweep.enqueue: lr=1.0 is not in tag(log,interval(1e-3,1e-1))"),
        ({"lr": "x"}, "sweep.enqueue: lr=x is not in"),
        ({"lr": float("nan")}, "sweep.enqueue: lr=nan is not in"),
        ({"layers": 2}, "sweep.enqueue: layers=2 is not in range(1,7,2)"),
        ({"layers": 1.5}, "sweep.enqueue: layers=1.5 is not in range(1,7,2)"),
        ({"layers": None}, "sweep.enqueue: layers=None is not in range(1,7,2)"),
        ({"model": [1]}, "sweep.enqueue: model=[1] is not in lstm,gru"),
    ],
)
def test_settings_that_the_search_does_not_hold(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError) as raised:
        known_settings([given], SPACE)
    assert complaint in str(raised.value)


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("sampler", ["random", "tpe", "qmc", "gp"])
def test_known_settings_are_tried_first_and_once(sampler: str, tmp_path: Path) -> None:
    space = {"x": "interval(0,1)", "y": "choice(a,b)"}
    worker = Worker(toy_sweep(tmp_path, space=space, sampler=sampler))
    known: list[dict[str, Any]] = [{"x": 0.25, "y": "b"}, {"y": "a"}, {"x": 0.25, "y": "b"}]
    assert queue_known(worker.study, known) == 2
    assert queue_known(worker.study, known) == 0
    first, second, third = (worker.taken(3) for _ in range(3))
    assert first.arguments == ["x=0.25", "y=b"]
    assert second.arguments[1] == "y=a"
    assert third.arguments != first.arguments
    assert worker.take(3) is None


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("sampler", ["random", "grid"])
def test_failed_trials_are_tried_again_on_top(sampler: str, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, space={"x": "choice(1,2,3)"}, sampler=sampler, seed=3)
    worker = Worker(location)
    assert queue_failed(worker.study) == 0
    for state in ("FAIL", "COMPLETE"):
        worker.finish(worker.taken(2), state, None if state == "FAIL" else 1.0)
    assert queue_failed(worker.study) == 1
    assert queue_failed(worker.study) == 0  # it waits
    assert retries(worker.study) == 1
    again = worker.taken(2 + retries(worker.study))
    assert again.trial.number == 2
    assert again.trial.params == trials_of(location)[0].params
    worker.finish(again, "FAIL", None)
    assert queue_failed(worker.study) == 1  # the second try failed, the first stays as it was
    worker.finish(worker.taken(2 + retries(worker.study)))
    assert worker.take(2 + retries(worker.study)) is None
    assert queue_failed(worker.study) == 0
    assert states_of(location) == {"FAIL": 2, "COMPLETE": 2}
