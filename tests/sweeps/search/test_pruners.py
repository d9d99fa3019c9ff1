"""Who gives trials up, against plain counting."""

import math
from itertools import product
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from charlab.sweeps.search.pruners import TopPruner

UNIT = 100


def told(values: list[list[float]], states: list[str], direction: str = "minimize") -> Any:
    """A study of trials with these curves; all but the last are in these states."""
    study = optuna.create_study(direction=direction)
    for curve, state in zip(values, [*states, "RUNNING"], strict=True):
        trial = study.ask()
        for point, value in enumerate(curve, start=1):
            trial.report(value, point * UNIT)
        if state != "RUNNING":
            value = curve[-1] if state == "COMPLETE" else None
            study.tell(trial, value, TrialState[state])
    return study


def verdict(study: Any, share: float = 50, warmup: int = 0, startup: int = 0) -> bool:
    last = study.get_trials()[-1]
    return TopPruner(share, UNIT, warmup, startup).prune(study, last)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_top_is_plain_counting(direction: str) -> None:
    """A trial goes on where fewer than so many of all others are ahead of it."""
    chance = np.random.default_rng(1)
    verdicts = set()
    for _ in range(60):
        count, share = int(chance.integers(1, 9)), float(chance.choice([10, 25, 50]))
        lengths = chance.integers(1, 7, size=count)
        curves = [list(chance.random(length)) for length in lengths]
        states = list(chance.choice(["COMPLETE", "PRUNED", "RUNNING", "FAIL"], size=count - 1))
        sign = 1 if direction == "minimize" else -1
        study = told([[sign * v for v in c] for c in curves], states, direction)
        own, points = min(curves[-1]), len(curves[-1])
        others = []
        for curve, state in zip(curves, states, strict=False):
            if len(curve) >= points:
                others.append(min(curve[:points]))
            elif state == "PRUNED":
                others.append(math.inf)
        allowed = max(1, math.ceil(max(share / 100, 1 / points) * (len(others) + 1)))
        rank = sorted([*others, own]).index(own)
        assert verdict(study, share) == (rank >= allowed)
        verdicts.add(rank >= allowed)
    assert verdicts == {True, False}


def test_the_share_that_goes_on_shrinks_with_training() -> None:
    """One of eight: at first all go on, then the best half, third, … down to the share."""
    for points, rank in product(range(1, 7), range(8)):
        curves = [[float(place)] * points for place in range(8) if place != rank]
        study = told([*curves, [float(rank)] * points], ["RUNNING"] * 7)
        allowed = {1: 8, 2: 4, 3: 3}.get(points, 2)  # of 8; 25% are 2
        assert verdict(study, 25) == (rank >= allowed)


def test_trials_pruned_before_count_as_worse() -> None:
    """Against survivors alone every comparison would halve what the one before had left."""
    survivors, own = [[1.0] * 4, [2.0] * 4], [3.0] * 4
    assert verdict(told([*survivors, own], ["COMPLETE"] * 2), 25)
    pruned = [[4.0] for _ in range(6)]
    assert not verdict(
        told([*pruned, *survivors, own], ["PRUNED"] * 6 + ["COMPLETE"] * 2), 25 * 4 / 3
    )
    failed = ["FAIL"] * 6 + ["COMPLETE"] * 2  # these say nothing
    assert verdict(told([*pruned, *survivors, own], failed), 25 * 4 / 3)


def test_warm_up_startup_and_values_that_are_no_numbers() -> None:
    bad = told([[1.0] * 3, [9.0] * 3], ["COMPLETE"])
    assert verdict(bad)
    assert not verdict(bad, warmup=3)
    assert verdict(bad, warmup=2)
    assert not verdict(bad, startup=2)
    assert verdict(bad, startup=1)
    assert verdict(told([[1.0], [math.nan]], ["RUNNING"]))
    assert not verdict(told([[1.0], []], ["RUNNING"]))
    assert not verdict(told([[math.nan] * 4, [9.0] * 4], ["RUNNING"]))
