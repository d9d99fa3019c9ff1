"""Objectives against each other."""

from itertools import combinations

import pytest

from charlab.figures.sweep_pareto import pareto_figure
from tests.support.figures import drawn, legend, points


def test_the_front_of_two_objectives_is_a_line_from_end_to_end() -> None:
    values = [(3.0, 7.0), (2.0, 9.5), (1.0, 9.0)]  # trial 6 is beaten by trial 7
    figure = pareto_figure(values, [5, 6, 7], [5, 7], ["a", "b"], [None] * 2)
    (axes,) = figure.axes
    beaten, front = axes.collections
    assert (beaten.get_gid(), points(beaten)) == ("marks 6", [[2, 9.5]])
    assert (front.get_gid(), points(front)) == ("marks 7 5", [[1, 9], [3, 7]])
    (line,) = axes.lines
    assert points(line) == [[1, 9], [3, 7]]
    assert legend(figure) == ["beaten", "on the Pareto front"]
    drawn(figure)


@pytest.mark.parametrize("count", [2, 3])
def test_each_pair_of_objectives_has_a_chart(count: int) -> None:
    names = [f"$o{i}" for i in range(count)]
    values = [tuple(float((i * j) % 5) for j in range(1, count + 1)) for i in range(4)]
    figure = pareto_figure(values, range(4), range(4), names, [None] * count)
    found = [(axes.get_xlabel(), axes.get_ylabel()) for axes in figure.axes]
    assert found == list(combinations(names, 2))
    assert any(axes.lines for axes in figure.axes) == (count == 2)  # of more a line would zigzag
    assert legend(figure) == ["on the Pareto front"]
    drawn(figure)


def test_what_lies_beyond_the_limits_is_drawn_at_the_edge() -> None:
    values = [(1.0, 2.0), (2.0, 1.0), (3.0, 500.0)]
    (axes,) = pareto_figure(values, [0, 1, 2], [0, 1], ["a", "b"], [None, (1.0, 2.0)]).axes
    assert points(axes.collections[0]) == [[3, 2]]
    assert axes.get_ylim() == pytest.approx((0.96, 2.04))
