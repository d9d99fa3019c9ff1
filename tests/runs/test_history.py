import pytest

from charlab.errors import CharlabError
from charlab.runs.history import History, thinned


def point(step, loss, steps=1, **more):
    return {"loss": loss, **more, "epochs": step / 10, "step": step, "steps": steps}


def test_it_comes_back_from_a_checkpoint():
    history = History()
    history.add("train", point(50, 2.5, 50))
    history.add("val", point(60, 2.4, accuracy=0.5))
    other = History()
    other.load(history.to_plain())
    assert vars(other) == vars(history)
    other.add("train", point(70, 2.0, 20))
    assert len(history.train) == 1


def test_an_older_checkpoint_has_none():
    history = History()
    history.load(None)
    assert (history.train, history.val) == ([], [])


def test_neighbours_are_averaged_by_their_steps():
    points = [point(30, 4.0, 30), point(40, 2.0, 10), point(50, 1.0, 10, accuracy=1.0)]
    assert thinned(points, 2) == [point(40, 3.5, 40), points[2]]
    assert thinned(points, 3) == points
    assert thinned(points, 1) == [point(50, 3.0, 50)]


def test_a_very_long_run_keeps_few_points():
    history = History()
    for step in range(1, 2500):
        history.add("train", point(step, 3.0))
    assert 500 <= len(history.train) <= 1000
    assert sum(one["steps"] for one in history.train) == 2499
    assert history.train[-1]["step"] == 2499


@pytest.mark.parametrize(
    "plain",
    [
        {"train": [{"loss": "x"}]},
        {"train": [{"loss": 1.0}]},
        {"__class__": []},
        {"train": 3},
        [1],
    ],
)
def test_something_else_is_refused(plain):
    with pytest.raises((CharlabError, TypeError)):
        History().load(plain)
