import math
from pathlib import Path

import pytest

from charlab.reports import run_curves
from charlab.reports.run_curves import metric_of_curves, read_run_curves
from charlab.reports.run_records import RunFacts

METRICS = {"progress/steps": 40, "progress/characters": 4000, "time/train_seconds": 8.0}


@pytest.fixture
def curves_of(monkeypatch):
    """``curves_of({"val/loss": …}, metrics)``: of a run with these curves."""

    def read(found, metrics, metric="test/loss"):
        monkeypatch.setattr(run_curves, "read_curve", lambda folder, tag: found.get(tag, []))
        return read_run_curves(RunFacts(Path("x"), "completed", metrics, None), metric)

    return read


def test_places_are_what_was_noted_at_validations(curves_of):
    found = {
        "val/loss": [(20, 3.0), (40, 2.0)],
        "train/loss": [(10, 4.0), (30, 2.5), (40, 2.2)],
        "train/characters": [(20, 1000.0), (40, 4000.0)],
        "train/seconds": [(20, 6.0), (40, 8.0)],
    }
    curves = curves_of(found, METRICS)
    assert curves.over("steps") == (found["val/loss"], found["train/loss"])
    validation, training = curves.over("characters")
    assert validation == [(1000, 3.0), (4000, 2.0)]
    assert training == [(500, 4.0), (2500, 2.5), (4000, 2.2)]
    assert curves.over("seconds")[1] == [(3, 4.0), (7, 2.5), (8, 2.2)]


def test_the_steps_of_an_older_run_are_alike(curves_of):
    curves = curves_of({"val/loss": [(10, 3.0), (40, 2.0)]}, METRICS)
    assert curves.over("characters")[0] == [(1000, 3.0), (4000, 2.0)]
    assert curves.over("seconds")[0] == [(2, 3.0), (8, 2.0)]


def test_what_is_not_known_is_empty(curves_of):
    curves = curves_of({"val/loss": [(10, 3.0)]}, {})
    assert curves.over("steps") == ([(10, 3.0)], [])
    assert curves.over("seconds") == ([], [])


def test_points_that_are_no_numbers_are_left_out(curves_of):
    """A loss that overflows for a while: no mean, and no chart, could be made of it."""
    found = {"val/loss": [(10, math.nan), (20, 2.0), (30, math.inf)], "train/loss": [(5, math.nan)]}
    assert curves_of(found, METRICS).over("steps") == ([(20, 2.0)], [])


def test_long_curves_are_means_of_neighbours(curves_of):
    points = [(i, float(i % 2)) for i in range(1000)]
    validation, _ = curves_of({"val/loss": points}, {}).over("steps")
    assert len(validation) == 200
    assert validation[0] == (2.0, pytest.approx(0.4))  # of 0, 1, 0, 1, 0


@pytest.mark.parametrize(
    ("figure", "curve"),
    [
        ("test/loss", "val/loss"),
        ("best/val/accuracy", "val/accuracy"),
        ("val/loss", "val/loss"),
        ("speed/train_chars_per_second", "speed/train_chars_per_second"),
    ],
)
def test_which_curve_answers_to_a_figure(figure, curve):
    assert metric_of_curves(figure) == curve
