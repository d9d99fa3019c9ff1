import math

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
