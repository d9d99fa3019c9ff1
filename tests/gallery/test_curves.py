"""A run's learning curves, from its history."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from charlab.gallery.curves import curves_of, title_of
from charlab.runs.history import History


def point(step: int, **metrics: float) -> dict[str, float]:
    """A measurement after as many steps, ten to an epoch."""
    return {"epochs": step / 10, "step": step, "steps": 1, **metrics}


@pytest.fixture(scope="module")
def task(network_of: Callable[..., Any]) -> Any:
    return network_of("generate")[0]


def history(train: list[dict[str, float]], val: list[dict[str, float]]) -> History:
    """A history of these points."""
    found = History()
    found.train, found.val = train, val
    return found


def test_metrics_stand_over_epochs_and_the_best_checkpoint_has_its_own(task: Any) -> None:
    known = history(
        [point(10, loss=math.log(8.0)), point(20, loss=0.0)],
        [point(10, loss=1.0, perplexity=5.0), point(20, loss=2.0, perplexity=4.0)],
    )
    loss, perplexity = curves_of(task, known, 10, ["loss", "perplexity"])
    assert (loss.metric, loss.val, loss.best) == ("loss", [(1, 1.0), (2, 2.0)], (1, 1.0))
    assert perplexity.train == [(1, pytest.approx(8.0)), (2, 1.0)]  # e to the mean loss
    assert (perplexity.val, perplexity.best) == ([(1, 5.0), (2, 4.0)], (1, 5.0))
    assert not perplexity.rises


@pytest.mark.parametrize("best", [None, 15])
def test_a_best_step_that_is_not_known_has_no_ring(task: Any, best: int | None) -> None:
    (loss,) = curves_of(task, history([], [point(10, loss=1.0)]), best, ["loss"])
    assert loss.best is None


def test_what_nothing_was_measured_of_is_left_out(task: Any) -> None:
    known = history([], [point(10, loss=1.0), point(20, loss=2.0, perplexity=math.inf)])
    (only,) = curves_of(task, known, 20, ["perplexity", "loss"])
    assert only.metric == "loss"
    assert curves_of(task, known, 20, []) == []
    assert curves_of(task, History(), None, ["loss", "perplexity"]) == []


def test_a_perplexity_that_is_too_large_leaves_a_gap(task: Any) -> None:
    known = history(
        [point(10, loss=1e6), point(20, loss=0.0)],
        [point(10, perplexity=math.nan), point(20, perplexity=3.0)],
    )
    (curve,) = curves_of(task, known, 10, ["perplexity"])
    assert (curve.train, curve.val, curve.best) == ([(2, 1.0)], [(2, 3.0)], None)


def test_of_many_training_points_neighbours_are_averaged(task: Any) -> None:
    known = history([point(10 * i, loss=float(i % 2)) for i in range(1, 1025)], [])
    (loss,) = curves_of(task, known, None, ["loss"])
    assert 60 <= len(loss.train) <= 120
    assert {value for _, value in loss.train} == {0.5}
    assert loss.train[-1][0] == 1024


def test_metrics_that_are_to_rise_are_told_apart(task: Any) -> None:
    names = ["loss", "accuracy", "perplexity"]
    curves = curves_of(task, history([], [point(10, **dict.fromkeys(names, 1.0))]), None, names)
    assert {curve.metric: curve.rises for curve in curves} == {
        "loss": False,
        "accuracy": True,
        "perplexity": False,
    }


def test_a_title_says_what_was_trained_on_what(network_of: Callable[..., Any]) -> None:
    task, _ = network_of("classify", "model=gru", "dataset=text")
    assert title_of(task) == "classify · text · gru"


def test_of_very_many_validations_a_mean_is_not_taken_for_the_best(task: Any) -> None:
    known = History()
    for step in range(1001):
        known.add("val", point(step, loss=float(step != 501)))
    (loss,) = curves_of(task, known, 501, ["loss"])
    assert (50.1, 0.5) in loss.val
    assert loss.best is None
