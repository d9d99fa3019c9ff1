"""Values over a sweep's trials, and the best so far."""

import pytest

from charlab.figures.sweep_history import History, history_figure
from tests.support.figures import drawn, legend, points


def test_trials_stand_at_their_values_and_the_best_is_a_step() -> None:
    history = History([(0, 3.0), (2, 2.0)], [(1, 4.0)], [(0, 3.0), (2, 2.0)])
    figure = history_figure(history, objective="val/loss", limits=(2, 3))
    axes = figure.axes[0]
    complete, pruned = axes.collections
    assert points(complete) == [[0, 3], [2, 2]]
    assert points(pruned) == [[1, 3]]  # beyond the limits: at the edge
    assert [part.get_gid() for part in (complete, pruned)] == ["marks 0 2", "marks 1"]
    (best,) = axes.lines
    assert best.get_drawstyle() == "steps-post"  # a best value holds until there is a better one
    assert points(best) == [[0, 3], [2, 2]]
    assert legend(figure) == ["complete", "pruned (last value)", "best so far"]
    assert axes.get_ylim() == pytest.approx((1.96, 3.04))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("trial", "val/loss")
    drawn(figure)


def test_where_all_were_pruned_there_is_no_best() -> None:
    figure = history_figure(History([], [(0, 4.0), (1, 5.0)], []), objective="loss")
    assert legend(figure) == ["pruned (last value)"]
    assert figure.axes[0].get_xlim()[1] > 1  # all trials are within the axis
    drawn(figure)


@pytest.mark.parametrize("count", [1, 2, 7, 300])
def test_trials_are_whole_numbers(count: int) -> None:
    history = History([(i, 1.0 + i) for i in range(count)], [], [])
    (axes,) = history_figure(history, objective="loss").axes
    low, high = axes.get_xlim()
    assert low < 0
    assert high > count - 1
    ticks = axes.get_xticks()
    assert len(ticks)
    assert (ticks % 1 == 0).all()
