"""Which charts there are, what they leave out, and what they are called."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from charlab.figures.colors import SERIES
from charlab.reports.charts import (
    MOST_GROUPS,
    curves_of_best,
    endings,
    runs_charts,
    seed_group_label,
    sweep_charts,
)
from charlab.reports.comparison import compare
from charlab.reports.run_curves import RunCurves
from charlab.reports.run_records import read_run
from charlab.reports.sweep_numbers import seed_groups
from tests.support.run_samples import run
from tests.support.sweep_samples import sweep, trial, write_run

X = {"x": 0.5}
CURVE = ((10, 3.0), (20, 2.0))
KNOWN = {"characters": [(0.0, 0.0), (40.0, 4000.0)], "seconds": [(0.0, 0.0), (40.0, 8.0)]}
UNKNOWN = {"characters": [(0.0, 0.0)], "seconds": [(0.0, 0.0)]}


def of_objectives(values: Sequence[Sequence[float]], **more: Any) -> Any:
    trials = [
        trial(i, values=tuple(row), parameters={"x": float(i)}) for i, row in enumerate(values)
    ]
    return sweep(trials, objectives=("a/b", "c"), directions=("minimize",) * 2, **more)


@pytest.mark.parametrize(
    ("results", "names"),
    [
        (sweep([]), set()),
        (sweep([trial(0, "failed", parameters=X), trial(1, "waiting")]), set()),
        (sweep([trial(0, value=1.0)]), {"history"}),
        (sweep([trial(0, "pruned", curve=CURVE)]), {"history", "curves"}),
        (sweep([trial(0, "running", curve=CURVE)]), {"curves"}),
        (sweep([trial(0, value=1.0, parameters=X)]), {"history", "slices", "parallel"}),
        (
            sweep([trial(i, value=float(i), parameters={"seed": i}) for i in range(2)]),
            {"history", "importances", "slices", "seeds", "parallel"},
        ),
        (of_objectives([]), set()),
        (
            of_objectives([(1.0, 5.0), (2.0, 5.0)]),  # the second does not tell settings apart
            {"history_a_b", "importances_a_b", "slices_a_b", "history_c", "slices_c"}
            | {"pareto", "parallel"},
        ),
    ],
)
def test_a_sweep_has_the_charts_that_its_results_allow(results: Any, names: set[str]) -> None:
    assert set(sweep_charts(results)) == names


@pytest.mark.parametrize(
    ("bad", "caption"),
    [
        ((2.5,), ""),
        ((900.0,), "1 point lies far beyond the rest, drawn at the edge."),
        ((900.0, 950.0), "2 points lie far beyond the rest, drawn at the edge."),
    ],
)
def test_what_is_far_off_is_counted_in_words(bad: Sequence[float], caption: str) -> None:
    values = [2.0, 2.1, 2.2, 2.3, 2.15, 2.25, 2.05, 2.2, *bad]
    chart = sweep_charts(sweep([trial(i, value=value) for i, value in enumerate(values)]))
    assert chart["history"].caption == caption


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1), ("maximize", -1)])
def test_complete_trials_have_half_of_a_slice(direction: str, sign: int) -> None:
    """Pruned ones end far worse: their axis would leave the others a narrow band."""
    trials = [trial(i, value=sign * (2 + i / 10), parameters={"x": float(i)}) for i in range(6)]
    trials += [
        trial(i, "pruned", curve=((10, sign * float(i)),), parameters={"x": float(i)})
        for i in range(6, 12)
    ]
    chart = sweep_charts(sweep(trials, directions=(direction,)))["slices"]
    assert chart.caption == "6 trials lie far beyond the rest, drawn at the edge."
    low, high = sorted(chart.figure.axes[0].get_ylim())
    assert low <= min(sign * 2, sign * 2.5) < max(sign * 2, sign * 2.5) <= high
    assert 0.45 < 0.5 / (high - low) < 0.55


def test_a_chart_for_each_place_that_is_known() -> None:
    found = compare([run("gru", 1, 2.0)])
    points, training = [(10.0, 3.0), (40.0, 2.0)], [(5.0, 4.0)]
    assert set(runs_charts(found, {"a": [RunCurves(points, training, KNOWN)]})) == {
        "groups",
        "curves",
        "curves_characters",
        "curves_seconds",
    }
    assert set(runs_charts(found, {"a": [RunCurves(points, training, UNKNOWN)]})) == {
        "groups",
        "curves",
    }
    assert set(runs_charts(found, {"a": [RunCurves([], [], KNOWN)]})) == {"groups"}
    assert runs_charts(compare([run("gru", 1, None, status="running")]), {}) == {}


@pytest.mark.parametrize(
    ("count", "shown", "caption"),
    [(3, 3, ""), (MOST_GROUPS + 2, MOST_GROUPS, "The best 40; 2 more in the table.")],
)
def test_of_many_groups_the_best_are_drawn(count: int, shown: int, caption: str) -> None:
    found = compare([run(f"m{i:02}", 1, float(i)) for i in range(count)])
    chart = runs_charts(found, {})["groups"]
    labels = [text.get_text() for text in chart.figure.axes[0].get_yticklabels()]
    assert sorted(labels) == sorted(f"{i + 1}. model=m{i:02}" for i in range(shown))
    assert chart.caption == caption


def test_curves_are_read_of_the_best_groups_that_have_some(tmp_path: Path) -> None:
    def logged(place: int, table: str | None) -> Any:
        settings = f"model: {{name: m{place:02}}}\nseed: 1\n"
        folder = write_run(tmp_path / str(place), {"test/loss": place}, settings=settings)
        if table is not None:
            (folder / "metrics.csv").write_text(f"step,val/loss\n{table}")
        return read_run(folder)

    tables = [None, "10,3.0\n20,nan\n30,2.0\n", "10,nan\n", *["10,3.0\n"] * len(SERIES)]
    found = compare([logged(place, table) for place, table in enumerate(tables)])
    curves = curves_of_best(found)
    last = len(SERIES)
    names = ["2. model=m01", *(f"{i}. model=m{i - 1:02}" for i in range(4, last + 1))]
    assert list(curves) == names  # the first logged nothing, the third nothing that is a number
    assert curves["2. model=m01"][0].over("steps") == ([(10, 3.0), (30, 2.0)], [])
    assert set(runs_charts(found, curves)) == {"groups", "curves"}


@pytest.mark.parametrize(
    ("parameters", "label"),
    [
        ({"model": "lstm", "optimizer.lr": 0.0041234, "seed": 1}, "model=lstm, lr=0.004123"),
        ({"model": "Größe", "+seed": 1}, "model=Größe"),
        ({"seed": 1}, "all trials"),
        ({"a.size": 1, "b.size": None, "seed": 1}, "a.size=1, b.size=null"),
    ],
)
def test_a_group_is_called_by_its_settings(parameters: dict[str, Any], label: str) -> None:
    seed = "+seed" if "+seed" in parameters else "seed"
    trials = [trial(i, value=1.0, parameters=parameters | {seed: i}) for i in range(2)]
    results = sweep(trials, space={})
    (group,) = seed_groups(results)
    assert seed_group_label(results, group) == label


def test_objectives_that_are_one_file_name_have_charts_of_their_own() -> None:
    for names in (("a/b", "a_b", "a_b_2"), ("a_b", "a_b_3", "a/b"), ("a_b_2", "a/b", "a_b")):
        found = endings(sweep([], objectives=names, directions=("minimize",) * 3))
        assert len(set(found)) == 3
        assert all(end.startswith("_a_b") for end in found)
    assert endings(sweep([])) == [""]


@pytest.mark.parametrize(
    "name", ["val/loss", "../../é", "a\0b", "x" * 5000, "a\udcff\n", "", "é" * 300]
)
def test_any_objective_of_several_names_a_file(name: str, tmp_path: Path) -> None:
    """A study from elsewhere names its objectives as it likes."""
    found = endings(sweep([], objectives=(name, "other"), directions=("minimize",) * 2))
    for end in found:
        assert re.fullmatch(r"_[\w.-]*", end, flags=re.ASCII)
        (tmp_path / f"importances{end}.png").write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == 2


def test_infinite_values_are_in_no_chart() -> None:
    trials = [trial(i, value=(1.0, math.inf)[i], parameters={"x": float(i)}) for i in range(2)]
    for chart in sweep_charts(sweep(trials)).values():
        for axes in chart.figure.axes:
            assert all(map(math.isfinite, (*axes.get_xlim(), *axes.get_ylim())))
