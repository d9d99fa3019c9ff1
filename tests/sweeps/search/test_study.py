"""Who chooses trials and who prunes them: all by name, seeded, whatever the sweep's name."""

import binascii
from itertools import product
from pathlib import Path
from typing import Any

import optuna
import pytest

from charlab.config.sweep_schema import PRUNERS, SAMPLERS
from charlab.errors import ConfigError, SweepError
from charlab.sweeps.search.pruners import build_pruner
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.storage import open_storage
from charlab.sweeps.search.study import build_sampler, create, load
from tests.sweeps.toys import toy_spec, toy_sweep, trials_of, work_serially

MIXED = {"x": "interval(0,1)", "n": "range(0,4)", "c": "choice(a,b)"}


SLOW = {"gp": pytest.mark.slow}  # it imports torch


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


def test_a_grid_has_every_point_once(tmp_path: Path) -> None:
    space = {"a": "choice(u,v,w)", "b": "range(1,3)", "c": "range(0,1,0.5)"}
    trials = work_serially(toy_sweep(tmp_path, sampler="grid", space=space), 12)
    points = {(t["a"], t["b"], t["c"]) for t in trials}
    assert len(trials) == 12
    assert points == set(product("uvw", (1, 2), (0.0, 0.5)))


@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_points_spread(sampler: str, tmp_path: Path) -> None:
    """No third of the interval is left out; one fixed seed would draw one point again."""
    trials = work_serially(toy_sweep(tmp_path, sampler=sampler), 8)
    assert len({t["x"] for t in trials}) == 8
    assert {int(3 * t["x"]) for t in trials} == {0, 1, 2}


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


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("none", optuna.pruners.NopPruner),
        ("median", optuna.pruners.MedianPruner),
        ("percentile", optuna.pruners.PercentilePruner),
        ("successive_halving", optuna.pruners.SuccessiveHalvingPruner),
        ("hyperband", optuna.pruners.HyperbandPruner),
        ("patient", optuna.pruners.PatientPruner),
    ],
)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_pruners_by_name(name: str, kind: type) -> None:
    assert isinstance(build_pruner(toy_spec(pruner=name)), kind)


def test_all_names_are_tested() -> None:
    assert set(SAMPLERS) == {"tpe", "random", "grid", "gp", "qmc"}
    assert set(PRUNERS) == {
        "none", "median", "percentile", "successive_halving", "hyperband", "patient"
    }  # fmt: skip


@pytest.mark.parametrize("pruner", sorted({*PRUNERS} - {"none"}))
def test_pruners_give_up_what_is_hopeless(pruner: str, tmp_path: Path) -> None:
    """The best finishes; a sweep of many worse ones does not train them all in full."""
    location = toy_sweep(tmp_path, space={"x": "interval(0,30)"}, pruner=pruner)
    work_serially(location, 10)
    trials = trials_of(location)
    pruned = [t for t in trials if t.state.name == "PRUNED"]
    complete = [t for t in trials if t.state.name == "COMPLETE"]
    assert len(pruned) + len(complete) == 10
    assert pruned
    assert any(len(t.intermediate_values) < 9 for t in pruned)
    assert min(t.params["x"] for t in complete) == min(t.params["x"] for t in trials)
    for trial in pruned:
        steps = list(trial.intermediate_values)
        assert steps == [100 * (i + 1) for i in range(len(steps))]
        assert len(steps) <= 9
    if pruner in ("median", "percentile"):
        assert all(t.number >= 2 for t in pruned)  # startup_trials
        assert all(len(t.intermediate_values) >= 2 for t in pruned)  # warmup


@pytest.mark.parametrize("warmup", [0, 2])
def test_the_warm_up_is_in_validations(warmup: int, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, pruner="median", warmup=warmup, startup_trials=1)
    work_serially(location, 5)
    lengths = [len(t.intermediate_values) for t in trials_of(location) if t.state.name == "PRUNED"]
    assert min(lengths) == warmup + 1


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_hyperbands_brackets_are_optunas_own_without_the_name(monkeypatch: Any) -> None:
    """Brackets of the same budgets as Optuna's, dealt by number alone, all of them in use."""
    options: Any = {"min_resource": 100, "max_resource": 2700, "reduction_factor": 3}
    optunas = optuna.pruners.HyperbandPruner(**options)
    ours: Any = build_pruner(toy_spec(pruner="hyperband", full=2700))
    study = optuna.create_study(study_name="x", sampler=optuna.samplers.RandomSampler(0))
    optunas._try_initialization(study)
    ours._try_initialization(study)
    assert ours._trial_allocation_budgets == optunas._trial_allocation_budgets
    true_crc = binascii.crc32
    monkeypatch.setattr(binascii, "crc32", lambda data: true_crc(data.rpartition(b"_")[2]))
    brackets = []
    for _ in range(60):
        trial: Any = study._storage.get_trial(study.ask()._trial_id)
        brackets.append(ours._get_bracket_id(study, trial))
        assert brackets[-1] == optunas._get_bracket_id(study, trial)
    assert set(brackets) == set(range(ours._n_brackets))


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
