"""How much each searched setting matters, and what is said where that is not known."""

import math

import optuna
import pytest

from charlab.reports.importances import importances
from charlab.sweeps.results.records import TrialResult
from tests.support.sweep_samples import sweep, trial, two_objectives


def grid(count: int, sign: int = 1) -> list[TrialResult]:
    """The objective is the square of x; y changes nothing."""
    return [
        trial(
            i,
            value=float(sign * (i % 10) ** 2),
            parameters={"x": float(i % 10), "y": float(i // 10)},
        )
        for i in range(count)
    ]


def test_what_matters_is_important() -> None:
    shares = importances(sweep(grid(60))).shares
    assert list(shares) == ["x", "y"]
    assert shares["x"] > 0.9
    assert sum(shares.values()) == pytest.approx(1)
    # it is the same the other way round
    again = importances(sweep(grid(60, sign=-1), directions=("maximize",))).shares
    assert again == pytest.approx(shares)


@pytest.mark.parametrize(("direction", "first"), [("minimize", "x"), ("maximize", "y")])
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_shares_are_those_of_optunas_ped_anova(direction: str, first: str) -> None:
    """The lowest are known by x, the highest by y; Optuna knows by itself which are the better."""
    trials = [
        trial(
            i,
            value=-10.0 * (i % 8 == 0) + 10.0 * (i // 8 == 7) + i / 1000,
            parameters={"x": float(i % 8), "y": float(i // 8)},
        )
        for i in range(64)
    ]
    results = sweep(trials, directions=(direction,))
    found = importances(results).shares
    optunas = optuna.importance.get_param_importances(
        results.study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()
    )
    assert found == pytest.approx(optunas)
    assert next(iter(found)) == first


def test_each_of_several_objectives_has_its_own() -> None:
    """A loss that hangs on the one setting, a speed that hangs on the other."""
    trials = [
        trial(i, values=(float(i % 8), float(i // 8)), parameters={"x": i % 8 / 8, "y": i // 8 / 8})
        for i in range(64)
    ]
    ways = ("minimize", "maximize")
    results = sweep(trials, objectives=("loss", "speed"), directions=ways)
    assert next(iter(importances(results, 0).shares)) == "x"
    assert next(iter(importances(results, 1).shares)) == "y"


@pytest.mark.parametrize(
    ("trials", "remark"),
    [
        ([], "needs two complete trials with different val/loss"),
        ([trial(0, value=1.0, parameters={"x": 1.0})], "needs two complete trials"),
        ([trial(i, value=1.0, parameters={"x": float(i)}) for i in range(3)], "needs two complete"),
        (
            [trial(i, value=float(i), parameters={"x": 1.0}) for i in range(3)],
            "with different settings",
        ),
        ([trial(i, value=float(i)) for i in range(3)], "with different settings"),
        ([trial(i, "pruned", parameters={"x": float(i)}) for i in range(3)], "needs two complete"),
        (
            [trial(i, value=(1.0, math.inf)[i], parameters={"x": float(i)}) for i in range(2)],
            "needs two complete",
        ),
    ],
)
def test_why_there_are_no_importances(
    trials: list[TrialResult], remark: str, recwarn: pytest.WarningsRecorder
) -> None:
    found = importances(sweep(trials))
    assert found.shares == {}
    assert remark in found.remark
    assert not recwarn.list


def test_of_several_objectives_no_one_figure_is_named() -> None:
    assert importances(two_objectives(1)).remark == (
        "needs two complete trials with different values."
    )


@pytest.mark.parametrize(
    ("count", "remark"),
    [(49, "From 49 complete trials only: a first hint, no more."), (50, "")],
)
def test_a_few_trials_are_a_first_hint(count: int, remark: str) -> None:
    failed = trial(count, "failed", parameters={"x": 1.0})
    assert importances(sweep([*grid(count), failed])).remark == remark
