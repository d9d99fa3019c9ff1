"""Learning curves of groups: means over seeds, and the band around them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.figures.learning_curves import Curves, learning_curves_figure, on_common_places
from charlab.figures.sweeps import Points
from tests.support.figures import drawn, legend, points

CURVE = st.lists(st.integers(0, 30), min_size=1, max_size=6, unique=True).flatmap(
    lambda places: st.tuples(
        *(st.tuples(st.just(float(x)), st.integers(-9, 9).map(float)) for x in sorted(places))
    )
)


def test_curves_of_groups_have_their_groups_colors_and_marks() -> None:
    curves: Curves = {"gru": [[(1, 3.0), (2, 2.0)]], "lstm": [[(1, 3.5), (2, 2.5)]], "none": [[]]}
    training: Curves = {"gru": [[(1, 4.0)]], "lstm": [[]]}
    figure = learning_curves_figure(curves, training=training, metric="loss")
    taught, first, second, _ = figure.axes[0].lines
    assert taught.get_color() == first.get_color() != second.get_color()
    assert [line.get_linestyle() for line in (taught, first, second)] == ["--", "-", "-"]
    gids = [line.get_gid() for line in (taught, first, second)]
    assert gids == ["marks train-0", "marks curve-0", "marks curve-1"]
    assert legend(figure) == ["gru", "lstm", "training"]
    drawn(figure)


def test_seeds_are_a_mean_in_a_band_as_far_as_all_of_them_go() -> None:
    runs = [[(0, 4.0), (2, 2.0), (4, 1.0)], [(1, 5.0), (3, 3.0)]]
    figure = learning_curves_figure({"gru": runs}, metric="loss")
    mean, rest = figure.axes[0].lines
    # at 1: 3 and 5, at 2: 2 and 4, at 3: 1.5 and 3
    assert points(mean) == [[1, 4], [2, 3], [3, 2.25]]
    assert points(rest) == [[3, 1.5], [4, 1]]
    (band,) = figure.axes[0].collections
    corners = {tuple(point) for point in np.asarray(band.get_paths()[0].vertices).tolist()}
    assert corners == {(1, 3), (1, 5), (2, 2), (2, 4), (3, 1.5), (3, 3)}
    drawn(figure)


def test_groups_that_have_no_color_are_counted() -> None:
    figure = learning_curves_figure({f"g{i}": [[(1, 2.0)]] for i in range(11)}, metric="loss")
    assert legend(figure)[-1] == "and 3 more"


@pytest.mark.parametrize(("last", "tick"), [(9_000.0, "2000"), (20_000.0, "2.5k")])
def test_thousands_are_short_where_there_are_many(last: float, tick: str) -> None:
    figure = learning_curves_figure({"a": [[(10, 3.0), (last, 2.0)]]}, metric="l", limits=(2, 3))
    figure.draw_without_rendering()
    (axes,) = figure.axes
    assert tick in [text.get_text() for text in axes.get_xticklabels()]
    assert axes.get_xlim()[0] == 0
    assert axes.get_ylim() == pytest.approx((1.96, 3.04))


def test_curves_that_never_meet_are_compared_where_the_first_one_ends() -> None:
    places, values = on_common_places([[(0, 1.0), (1, 2.0)], [(5, 7.0)]])
    assert (places.tolist(), values.tolist()) == ([1], [[2], [7]])


def test_of_many_places_some_are_taken() -> None:
    lines = [[(i + shift, float(i)) for i in range(500)] for shift in (0.0, 0.5)]
    places, values = on_common_places(lines)
    assert (len(places), places[0], places[-1]) == (200, 0.5, 499)
    assert values[:, -1].tolist() == [499, 498.5]


@given(st.lists(CURVE, min_size=1, max_size=4))
@settings(max_examples=50)
def test_values_lie_on_the_straight_line_between_neighbours(lines: list[Points]) -> None:
    places, values = on_common_places(lines)
    begin, end = max(line[0][0] for line in lines), min(line[-1][0] for line in lines)
    shared = {x for line in lines for x, _ in line if begin <= x <= end}
    assert places.tolist() == (sorted(shared) or [end])
    for line, own in zip(lines, values.tolist(), strict=True):
        for x, y in zip(places.tolist(), own, strict=True):
            (x0, y0) = max((point for point in line if point[0] <= x), default=line[0])
            (x1, y1) = min((point for point in line if point[0] >= x), default=line[-1])
            between = y0 if x0 == x1 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)
            assert y == pytest.approx(between)
