"""Lines of trials through all their settings."""

import pytest
from matplotlib.colors import to_hex

from charlab.figures.axis import ABSENT, Axis
from charlab.figures.colors import LIGHT
from charlab.figures.sweep_parallel import Coordinates, parallel_figure
from tests.support.figures import drawn, points
from tests.support.tick_labels import touching


def test_parallel_lines_run_through_their_places() -> None:
    axes = [Axis("lr", 0, 1), Axis("n", 1, 2, whole=True, partial=True), Axis("loss", 1, 2)]
    rows = [[0, ABSENT, 1], [1, 0.5, 0]]
    figure = parallel_figure(Coordinates(axes, [4, 7], rows, [0.0, 1.0], marked=[7]))
    plot = figure.axes[0]
    plain, marked, *_ = plot.lines
    assert points(plain) == [[0, 0], [1, ABSENT], [2, 1]]
    assert points(marked) == [[0, 1], [1, 0.5], [2, 0]]
    assert [line.get_gid() for line in (plain, marked)] == ["marks 4", "marks 7"]
    assert to_hex(marked.get_color()) == LIGHT["best"]
    assert marked.get_zorder() > plain.get_zorder()
    assert "absent" in [text.get_text() for text in plot.texts]
    assert plot.get_ylim()[0] < ABSENT
    assert [text.get_text() for text in plot.get_xticklabels()] == ["lr", "n", "loss"]
    drawn(figure)


def test_the_better_a_trial_is_the_stronger_is_its_line() -> None:
    ranks = [0.0, 0.3, 0.6, 1.0]
    axes = [Axis("lr", 0, 1), Axis("loss", 1, 2)]
    plot = parallel_figure(Coordinates(axes, range(4), [[0, 1]] * 4, ranks)).axes[0]
    shades = [line.get_alpha() for line in plot.lines[:4]]
    assert shades == sorted(shades, key=float)  # type: ignore[arg-type]
    assert len(set(shades)) == 4
    assert 0 < min(map(float, shades)) < max(map(float, shades)) <= 1  # type: ignore[arg-type]
    assert "absent" not in [text.get_text() for text in plot.texts]


def test_categories_that_have_no_room_are_counted() -> None:
    many = Axis("size", 0, 39, categories=tuple(f"c{i}" for i in range(40)))
    plot = parallel_figure(Coordinates([many, many], [0], [[0, 1]], [1.0])).axes[0]
    assert plot.get_xticklabels()[0].get_text() == "size\n(and 26 more)"
    assert len({text.get_text() for text in plot.texts}) == 40 - 26


@pytest.mark.parametrize("count", [1, 2, 9])
def test_many_axes_make_a_wider_figure(count: int) -> None:
    axes = [Axis(f"setting {i} of many", 0, 1) for i in range(count)]
    figure = parallel_figure(Coordinates(axes, [0], [[0.5] * count], [1.0]))
    assert figure.get_figwidth() >= max(11.0, 1.3 * count)
    low, high = figure.axes[0].get_xlim()
    assert low < 0 <= count - 1 < high
    assert touching(figure) == []
