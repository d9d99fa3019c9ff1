"""Trials as lines of parallel coordinates: their order, their places, which are marked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.figures.axis import ABSENT
from charlab.reports.coordinates import coordinates
from tests.support.sweep_samples import MIXED_SPACE, MIXED_TRIALS, sweep, trial, two_objectives


def test_lines_run_from_the_worst_to_the_best() -> None:
    lines = coordinates(sweep(MIXED_TRIALS, space=MIXED_SPACE))
    assert lines is not None
    assert lines.trials == [0, 2, 1]
    assert lines.ranks == [0, 0.5, 1]
    assert lines.marked == [1]
    assert [axis.label for axis in lines.axes] == ["size", "lr", "n", "kind", "on", "val/loss"]
    assert lines.rows[2] == pytest.approx([0, 1, 1, 0, 0, 0])
    assert lines.rows[1][2] < 0  # below the axis: it has no such setting


def test_nothing_searched_no_lines() -> None:
    assert coordinates(sweep([])) is None
    assert coordinates(sweep([trial(0, value=1.0)])) is None
    assert coordinates(sweep([trial(0, "failed", parameters={"lr": 0.1})])) is None


def test_one_trial_is_one_line_in_the_middle_of_its_axes() -> None:
    lines = coordinates(sweep([trial(7, value=2.0, parameters={"lr": 0.1})]))
    assert lines is not None
    assert (lines.trials, lines.rows, lines.ranks) == ([7], [[0.5, 0.5]], [1.0])


def test_of_several_objectives_the_whole_front_is_marked() -> None:
    results = two_objectives()
    lines = coordinates(results)
    assert lines is not None
    assert set(lines.marked) == {one.number for one in results.study.best_trials}
    assert [axis.label for axis in lines.axes[-2:]] == list(results.objectives)
    losses = [row[-2] for row in lines.rows]
    assert losses == sorted(losses, reverse=True)  # strong are the best by the first one


@given(values=st.lists(st.floats(-100, 100), min_size=1, max_size=8), higher=st.booleans())
@settings(max_examples=30)  # a study is made for each
def test_every_line_crosses_every_axis(values: list[float], higher: bool) -> None:
    trials = [
        trial(i, value=value, parameters={"x": float(i), **({"y": "é"} if i % 2 else {})})
        for i, value in enumerate(values)
    ]
    lines = coordinates(sweep(trials, directions=("maximize" if higher else "minimize",)))
    assert lines is not None
    assert sorted(lines.trials) == list(range(len(values)))
    assert {len(row) for row in lines.rows} == {len(lines.axes)}
    assert all(place == ABSENT or 0 <= place <= 1 for row in lines.rows for place in row)
    ordered = [values[number] for number in lines.trials]
    assert ordered == sorted(values, reverse=not higher)
    assert lines.ranks == sorted(lines.ranks)
