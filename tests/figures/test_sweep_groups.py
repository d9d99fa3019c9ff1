"""Groups of runs: rows with means and intervals."""

import numpy as np
from matplotlib.collections import LineCollection

from charlab.figures.sweep_groups import groups_figure
from tests.support.figures import drawn, legend, points
from tests.support.tick_labels import touching


def test_groups_with_and_without_an_interval() -> None:
    figure = groups_figure(
        ["gru", "lstm"], [[1.0, 2.0], [3.0]], [1.5, 3.0], [0.75, None], metric="test/loss"
    )
    axes = figure.axes[0]
    (bars,) = (part for part in axes.collections if isinstance(part, LineCollection))
    ends = np.array(bars.get_segments()).tolist()
    assert ends == [[[0.75, 0], [2.25, 0]], [[3, 1], [3, 1]]]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["gru", "lstm"]
    assert axes.get_xlabel() == "test/loss"
    drawn(figure)


def test_runs_and_means_are_told_apart_by_their_marks() -> None:
    figure = groups_figure(["gru", "lstm"], [[1.0, 2.0], [3.0]], [1.5, 3.0], [0.5, 0], metric="l")
    runs, means = (part for part in figure.axes[0].collections if part.get_gid())
    assert runs.get_gid() == "marks run-0-0 run-0-1 run-1-0"
    assert points(runs) == [[1, 0], [2, 0], [3, 1]]
    assert means.get_gid() == "marks group-0 group-1"
    assert points(means) == [[1.5, 0], [3, 1]]
    assert legend(figure) == ["single runs", "mean and 95% interval over seeds"]


def test_more_groups_make_a_higher_figure_with_the_first_on_top() -> None:
    def height(count: int) -> float:
        labels = [f"group {i} {'x' * 60}" for i in range(count)]
        made = groups_figure(labels, [[1.0]] * count, [1.0] * count, [None] * count, metric="l")
        bottom, top = made.axes[0].get_ylim()
        assert (bottom, top) == (count - 0.5, -0.5)
        assert all(len(text.get_text()) == 48 for text in made.axes[0].get_yticklabels())
        assert touching(made) == []
        return made.get_figheight()

    assert height(1) < height(3) < height(18)
