"""Replayed sweeps: what is counted as saved, against sums by hand and plain rules."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.sweeps.toys import toy_spec

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def replaying():
    path = ROOT / "experiments" / "pruners" / "replay.py"
    spec = importlib.util.spec_from_file_location("pruners_replay", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def recording(replaying, ends, points=6, seconds=60.0, validation=1.0, per_epoch=1):
    """Trials whose losses fall evenly to their ends and never cross."""
    curves = tuple(
        replaying.Curve(
            tuple((100 * (i + 1), end + (points - 1 - i)) for i in range(points)),
            seconds,
            validation,
        )
        for end in ends
    )
    return replaying.Recording("toys", "toy", toy_spec(unit=100), per_epoch, curves)


def test_without_pruning_nothing_is_saved_and_validations_cost(replaying):
    found = recording(replaying, [3.0, 1.0, 2.0], per_epoch=2)
    once = replaying.replay(found, {"pruner": "none", "per_epoch": 1})
    assert (once.characters, once.seconds, once.regret, once.pruned) == (0, 0, 0, 0)
    twice = replaying.replay(found, {"pruner": "none", "per_epoch": 2})
    assert twice.seconds == pytest.approx(1 - 66 / 63)  # 6 validations of a second, not 3


def test_the_median_of_complete_trials_by_hand(replaying):
    """Three complete first; of the others the worse one ends at its second validation."""
    found = recording(replaying, [3.0, 1.0, 2.0, 9.0, 0.0])
    settings = {"pruner": "median", "warmup": 1, "startup_trials": 3}
    result = replaying.replay(found, settings, workers=1)
    assert (result.pruned, result.regret) == (1, 0.0)
    assert result.characters == pytest.approx(1 - (4 * 600 + 200) / (5 * 600))
    assert result.seconds == pytest.approx(1 - (4 * 66 + 22) / (5 * 66))


def test_a_winner_that_begins_slowly_is_the_regret(replaying):
    found = recording(replaying, [1.0, 2.0, 3.0])
    slow = replaying.Curve(tuple((100 * i, 30.0 - 5 * i) for i in range(1, 7)), 60.0, 1.0)
    found = replace(found, curves=(*found.curves, slow))
    settings = {"pruner": "percentile", "percentile": 25.0, "startup_trials": 1, "warmup": 1}
    assert replaying.replay(found, settings, workers=1).regret == pytest.approx(1.0)
    late = replaying.replay(found, {**settings, "warmup": 5}, workers=1)
    assert late.regret == 0


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("by", ["characters", "seconds"])
def test_where_no_curves_cross_the_best_is_always_found(replaying, workers, by):
    chance = np.random.default_rng(workers)
    found = recording(replaying, [*map(float, chance.permutation(20))], points=24, per_epoch=4)
    for settings in (
        {"pruner": "median", "warmup": 0, "startup_trials": 1},
        {"pruner": "percentile", "percentile": 25.0, "warmup": 0, "startup_trials": 1},
        {"pruner": "successive_halving", "reduction_factor": 3, "warmup": 1},
    ):
        result = replaying.replay(found, {**settings, "by": by, "per_epoch": 4}, workers)
        assert result.regret == 0
        assert result.pruned
        assert 0.2 < result.characters < 1


def test_by_seconds_a_slow_trial_is_compared_later_in_its_training(replaying):
    """Twice as slow, and as good at equal characters: at equal time it is behind."""
    fast = recording(replaying, [1.0, 1.0])
    slow = replace(fast.curves[0], seconds=120.0)
    found = replace(fast, curves=(*fast.curves, slow))
    settings = {"pruner": "percentile", "percentile": 10.0, "warmup": 1, "startup_trials": 1}
    assert replaying.replay(found, settings, workers=1).pruned == 0
    assert replaying.replay(found, {**settings, "by": "seconds"}, workers=1).pruned == 1


def test_tables_are_written_between_their_marks(replaying, tmp_path):
    found = recording(replaying, [3.0, 1.0, 2.0])
    settings = [{"pruner": "none", "per_epoch": 1}, {**replaying.TODAY}]
    rows = replaying.rows_of([found, found], settings)
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{replaying.BEGIN}old\n{replaying.END}after\n")
    replaying.write(replaying.tables(rows, [found, found]), readme)
    text = readme.read_text()
    assert "| `none` | 1 | 0 ± 0% | 0 ± 0% | 0.0000 ± 0.0000 |" in text
    assert "`median warmup=1 startup_trials=5` (before)" in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
