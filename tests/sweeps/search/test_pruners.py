"""Who gives trials up: all by name, at whole validations, whatever the sweep's name."""

import binascii
import random
from typing import Any

import optuna
import pytest

from charlab.config.sweep_schema import PRUNERS
from charlab.sweeps.search.pruners import build_pruner
from tests.sweeps.toys import toy_spec

UNIT = 100  # characters between two validations


def validations(pruner: optuna.pruners.BasePruner, curves: list[list[float]]) -> list[int]:
    """How many validations each trial has, one trial after the other; the study is in memory."""
    study = optuna.create_study(pruner=pruner)
    lengths = []
    for curve in curves:
        trial = study.ask()
        for number, value in enumerate(curve, start=1):
            trial.report(value, number * UNIT)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, curve[-1])
        lengths.append(number)
    return lengths


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
    assert set(PRUNERS) == {
        "none", "median", "percentile", "successive_halving", "hyperband", "patient"
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("pruner", sorted({*PRUNERS} - {"none"}))
def test_pruners_give_up_what_is_hopeless(pruner: str) -> None:
    """The best finishes; of many worse ones, which get worse, few are trained in full."""
    chance = random.Random(1)
    starts = [chance.uniform(0, 900) for _ in range(20)]
    curves = [[start + (step if start > 100 else -step) for step in range(9)] for start in starts]
    spec = toy_spec(pruner=pruner, reduction_factor=3, unit=UNIT, full=9 * UNIT)
    lengths = validations(build_pruner(spec), curves)
    assert lengths[starts.index(min(starts))] == 9
    assert sum(lengths) < 0.75 * 9 * len(curves)
    if pruner in ("median", "percentile"):
        assert lengths[:2] == [9, 9]  # startup_trials
        assert min(lengths) == 2  # warmup


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


@pytest.mark.parametrize("warmup", [0, 1, 2])
@pytest.mark.parametrize("factor", [2, 3])
def test_halving_goes_on_with_the_best_of_all_that_came_as_far(warmup: int, factor: int) -> None:
    """Li et al. 2018 (arXiv:1810.05934), by brute force: rungs at 1, f, f², … validations.

    A trial goes on while it is in the best f-th of the values that were told at its rung so far,
    the best one always; the warm-up moves the first rung.
    """
    chance = random.Random(factor)
    curves = [[chance.random() for _ in range(9)] for _ in range(40)]
    rungs = [max(1, warmup) * factor**power for power in range(4)]
    told: dict[int, list[float]] = {rung: [] for rung in rungs}
    expected = []
    for curve in curves:
        for number, value in enumerate(curve, start=1):
            if number in told:
                told[number].append(value)
                place = sum(other < value for other in told[number])
                if place >= max(1, len(told[number]) // factor):
                    break
        expected.append(number)
    spec = toy_spec(pruner="successive_halving", warmup=warmup, reduction_factor=factor, unit=UNIT)
    assert validations(build_pruner(spec), curves) == expected
    assert {*rungs[:2], 9} <= set(expected)


@pytest.mark.parametrize(
    ("changes", "value", "length"),
    [
        # four others at 1, 2, 3, 4: their median is 2.5, their first quarter 1.75
        ({"pruner": "median"}, 2.4, 5),
        ({"pruner": "median"}, 2.6, 2),
        ({"pruner": "median", "warmup": 0}, 2.6, 1),
        ({"pruner": "median", "warmup": 4}, 2.6, 5),
        ({"pruner": "median", "startup_trials": 5}, 2.6, 5),
        ({"pruner": "percentile"}, 1.7, 5),
        ({"pruner": "percentile"}, 1.8, 2),
        ({"pruner": "percentile", "percentile": 75.0}, 3.2, 5),
        ({"pruner": "percentile", "percentile": 75.0}, 3.3, 2),
        ({"pruner": "none"}, 99.0, 5),
    ],
)
def test_a_trial_beside_four_that_are_complete(
    changes: dict[str, Any], value: float, length: int
) -> None:
    others = build_pruner(toy_spec(pruner="none"))
    study = optuna.create_study(pruner=others)
    for level in (1.0, 2.0, 3.0, 4.0):
        trial = study.ask()
        for number in range(1, 6):
            trial.report(level, number * UNIT)
        study.tell(trial, level)
    study.pruner = build_pruner(toy_spec(**{"unit": UNIT, "startup_trials": 4, **changes}))
    trial = study.ask()
    for number in range(1, 6):
        trial.report(value, number * UNIT)
        if trial.should_prune():
            break
    assert number == length


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize(("patience", "length"), [(1, 4), (2, 5)])
def test_a_patient_one_waits_for_a_better_value(patience: int, length: int) -> None:
    """Behind the median from the beginning; it gets better up to its second validation."""
    spec = toy_spec(pruner="patient", patience=patience, warmup=0, startup_trials=1, unit=UNIT)
    curves = [[1.0] * 6, [9.0, 8.0, 8.5, 8.5, 8.5, 8.5]]
    assert validations(build_pruner(spec), curves) == [6, length]
