import math

import pytest

from charlab.reports.savings import estimate_savings
from charlab.reports.sweep_numbers import history, pareto_front, ranks
from tests.support.sweep_samples import sweep, trial


def test_the_best_so_far_goes_down_only():
    trials = [trial(0, value=3.0), trial(1, value=4.0), trial(2, "failed"), trial(3, value=2.0)]
    assert history(sweep(trials)).best == [(0, 3.0), (1, 3.0), (3, 2.0)]
    up = history(sweep(trials, directions=("maximize",)))
    assert up.best == [(0, 3.0), (1, 4.0), (3, 4.0)]


def test_pruned_trials_show_their_last_value_and_never_count_as_best():
    trials = [
        trial(0, value=3.0),
        trial(1, "pruned", curve=((10, 2.0), (20, 1.5))),
        trial(2, "pruned"),  # given up before it reported
        trial(3, "pruned", curve=((10, 2.5), (20, math.nan))),
    ]
    found = history(sweep(trials))
    assert found.complete == found.best == [(0, 3.0)]
    assert found.pruned == [(1, 1.5), (3, 2.5)]


def test_ranks_share_what_is_equal():
    assert ranks([3.0, 1.0, 3.0, 2.0], higher=False) == [0.0, 1.0, 0.0, 0.5]
    assert ranks([3.0, 1.0, 2.0], higher=True) == [1.0, 0.0, 0.5]
    assert ranks([2.0, 2.0], higher=False) == [1.0, 1.0]


def test_the_pareto_front_by_hand():
    # (loss, speed): low and high are good; 1 is beaten by 0, 3 by 2; 4 equals 2
    values = [(1.0, 5.0), (1.5, 5.0), (2.0, 9.0), (2.5, 8.0), (2.0, 9.0)]
    trials = [trial(i, values=pair) for i, pair in enumerate(values)]
    trials.append(trial(5, "failed"))
    found = sweep(trials, objectives=("loss", "speed"), directions=("minimize", "maximize"))
    assert [one.number for one in pareto_front(found)] == [0, 2, 4]
    assert {one.number for one in found.study.best_trials} == {0, 2, 4}  # Optuna agrees


def test_savings_by_hand():
    trials = [
        trial(0, value=2.0, seconds=100.0, curve=((500, 3.0), (1000, 2.0))),
        trial(1, value=2.1, seconds=120.0, curve=((1200, 2.1),)),
        # a fifth was done in 20 s, so that 80 s are saved
        trial(2, "pruned", seconds=20.0, limit_share=0.2, curve=((10, 4.0),)),
        # 275 of the median 1100 characters are a quarter: 30 s of 120
        trial(3, "pruned", seconds=30.0, curve=((275, 4.0),)),
        trial(4, "pruned", seconds=5.0),  # nothing known
        trial(5, "failed", seconds=7.0),
    ]
    found = estimate_savings(sweep(trials))
    assert (found.pruned, found.counted) == (3, 2)
    assert found.spent == pytest.approx(282)
    assert found.saved == pytest.approx(80 + 90)
    assert found.share == pytest.approx(170 / 452)
    # 10 characters were a fifth, 275 a quarter; the failed and the unknown trial reported nothing
    assert found.saved_characters == pytest.approx(40 + 825)
    assert found.share_of_characters == pytest.approx(865 / (865 + 1000 + 1200 + 10 + 275))


def test_what_another_trial_measured_counts_once():
    """A trial with the same settings takes over all figures but the time."""
    own = {"limit_share": 0.25, "metrics": {"progress/characters": 100.0}}
    trials = [trial(0, value=1.0, seconds=8.0, metrics={"progress/characters": 400.0})]
    trials += [trial(1, "pruned", seconds=2.0, **own), trial(2, "pruned", seconds=None, **own)]
    found = estimate_savings(sweep(trials))
    assert (found.pruned, found.counted, found.saved) == (2, 1, 6.0)
    assert found.share_of_characters == pytest.approx(300 / 800)


def test_no_pruned_trial_nothing_saved():
    assert estimate_savings(sweep([trial(0, value=2.0)])) is None


def test_savings_without_any_complete_trial():
    curve = ((10, 2.0),)
    unknown = estimate_savings(sweep([trial(0, "pruned", seconds=9.0, curve=curve)]))
    assert (unknown.pruned, unknown.counted, unknown.saved, unknown.share) == (1, 0, 0, 0)
    # a trial that is pruned at its very end saves nothing; beyond it, no less than that
    done = trial(0, value=1.0, curve=((10, 1.0),), seconds=9.0)
    late = trial(1, "pruned", seconds=9.0, curve=((30, 2.0),))
    assert estimate_savings(sweep([done, late])).saved == 0
