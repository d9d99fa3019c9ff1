"""Who chooses trials: all by name, seeded, whatever the sweep's name."""

from itertools import product
from pathlib import Path
from typing import Any

import optuna
import pytest

from charlab.config.sweep_schema import SAMPLERS
from charlab.errors import ConfigError, SweepError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.storage import open_storage
from charlab.sweeps.search.study import build_sampler, create, load
from tests.sweeps.toys import toy_spec, toy_sweep, work_serially

MIXED = {"x": "interval(0,1)", "n": "range(0,4)", "c": "choice(a,b)"}


SLOW = {"gp": pytest.mark.slow}  # it imports torch


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("sampler", [pytest.param(s, marks=SLOW.get(s, ())) for s in SAMPLERS])
def test_the_same_seed_gives_the_same_trials_under_any_name(sampler: str, tmp_path: Path) -> None:
    space = MIXED if sampler != "grid" else {"n": "range(0,3)", "c": "choice(a,b)"}
    options: Any = {"sampler": sampler, "space": space, "pruner": "median"}
    count = 4
    first = work_serially(toy_sweep(tmp_path, "first", **options), count)
    second = work_serially(toy_sweep(tmp_path, "another name", **options), count)
    assert first == second
    assert len(first) == count
    assert len({tuple(sorted(params.items())) for params in first}) > count / 2
    assert all(set(params) == set(space) for params in first)
    if sampler != "grid":
        other = work_serially(toy_sweep(tmp_path, "third", seed=2, **options), 2)
        assert other != first[:2]


@pytest.mark.usefixtures("in_memory")
def test_a_grid_has_every_point_once(tmp_path: Path) -> None:
    space = {"a": "choice(u,v,w)", "b": "range(1,3)", "c": "range(0,1,0.5)"}
    trials = work_serially(toy_sweep(tmp_path, sampler="grid", space=space), 12)
    points = {(t["a"], t["b"], t["c"]) for t in trials}
    assert len(trials) == 12
    assert points == set(product("uvw", (1, 2), (0.0, 0.5)))


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_points_spread(sampler: str, tmp_path: Path) -> None:
    """No third of the interval is left out; one fixed seed would draw one point again."""
    trials = work_serially(toy_sweep(tmp_path, sampler=sampler), 8)
    assert len({t["x"] for t in trials}) == 8
    assert {int(3 * t["x"]) for t in trials} == {0, 1, 2}


@pytest.mark.usefixtures("in_memory")
def test_tpe_chooses_as_optunas_own_does(tmp_path: Path) -> None:
    """A study in memory with a seed for each trial has the same trials."""
    trials = work_serially(toy_sweep(tmp_path, sampler="tpe", startup_trials=3), 8)
    study = optuna.create_study()
    for number in range(8):
        study.sampler = optuna.samplers.TPESampler(
            seed=1 + 7919 * number, n_startup_trials=3, multivariate=True
        )
        trial = study.ask()
        study.tell(trial, (trial.suggest_float("x", 0, 1) - 0.3) ** 2)
    assert trials == [trial.params for trial in study.trials]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tpe", optuna.samplers.TPESampler),
        ("random", optuna.samplers.RandomSampler),
        ("grid", optuna.samplers.GridSampler),
        ("gp", optuna.samplers.GPSampler),
        ("qmc", optuna.samplers.QMCSampler),
    ],
)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_samplers_by_name(name: str, kind: type) -> None:
    sampler = build_sampler(toy_spec(sampler=name, space={"n": "range(3)"}), 0)
    assert type(sampler) is kind


def test_all_names_are_tested() -> None:
    assert set(SAMPLERS) == {"tpe", "random", "grid", "gp", "qmc"}


def test_who_creates_first_defines(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, seed=5)
    assert create(location, toy_spec(seed=6)) == toy_spec(seed=5)
    study, spec = load(location)
    assert spec == toy_spec(seed=5)
    assert study.study_name == "toy"


def test_directions(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, objectives=("a", "b"), directions=("minimize", "maximize"))
    study, _ = load(location)
    assert [direction.name for direction in study.directions] == ["MINIMIZE", "MAXIMIZE"]


def test_a_storage_without_the_sweep(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    with pytest.raises(SweepError, match="the storage has no sweep of charlab named 'other'"):
        load(StudyLocation("other", location.folder, location.storage))
    open_storage(location.storage)
    optuna.create_study(study_name="foreign", storage=location.storage)
    with pytest.raises(SweepError, match="no sweep of charlab named 'foreign'"):
        load(StudyLocation("foreign", location.folder, location.storage))


@pytest.mark.parametrize("name", ["why?", "50%20off#1", "ü & 'co'", "a=b,c"])
def test_any_folder_name_holds_a_storage(name: str, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, name)
    assert (tmp_path / name / "study.db").exists()
    assert load(location)[1] == toy_spec()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("sqlite:////nowhere/at/all/study.db", "/nowhere/at/all/study.db cannot be used: "),
        ("postgresql+nodriver://a@localhost/b", "sweep.storage cannot be used: "),
    ],
)
def test_storages_that_cannot_be_used(url: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as raised:
        open_storage(url)
    assert "\n" not in str(raised.value)
