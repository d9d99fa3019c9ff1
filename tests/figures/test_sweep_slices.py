"""The objective over each setting by itself."""

from typing import Any

import pytest
from matplotlib.colors import to_hex

from charlab.figures.axis import Axis
from charlab.figures.colors import LIGHT
from charlab.figures.sweep_slices import slices_figure
from tests.support.figures import drawn, points


def test_slices_on_their_own_scales() -> None:
    axes = [
        Axis("lr", 1e-4, 1e-2, log=True),
        Axis("model", 0, 1, categories=("gru", "lstm")),
        Axis("n", 1, 3, whole=True),
    ]
    places: list[list[float | None]] = [[1e-4, 1e-2], [1, 0], [None, 3]]
    figure = slices_figure(axes, places, [2.0, 1.0], objective="loss", trials=[4, 7], best=7)
    lr, model, n = figure.axes
    assert (lr.get_xscale(), model.get_xscale(), n.get_xscale()) == ("log", "linear", "linear")
    assert [text.get_text() for text in model.get_xticklabels()] == ["gru", "lstm"]
    plain, marked = lr.collections
    assert points(plain) == [[1e-4, 2]]
    assert points(marked) == [[1e-2, 1]]
    (only,) = n.collections  # the other trial lacks that setting
    assert points(only) == [[3, 1]]
    assert (n.get_xticks() % 1 == 0).all()
    drawn(figure)


def test_pruned_trials_are_crosses() -> None:
    figure = slices_figure(
        [Axis("lr", 0, 1)], [[0.1, 0.2, 0.3]], [1.0, 2.0, 3.0],
        objective="loss", trials=[4, 5, 6], best=4, pruned=[6],
    )  # fmt: skip
    parts: list[Any] = list(figure.axes[0].collections)
    found = [(part.get_gid(), to_hex(part.get_facecolor()[0])) for part in parts]
    assert found == [
        ("marks 6", LIGHT["pruned"]), ("marks 5", LIGHT["complete"]), ("marks 4", LIGHT["best"]),
    ]  # fmt: skip
    drawn(figure)


def test_categories_that_have_no_room_are_counted() -> None:
    many = Axis("size", 0, 39, categories=tuple(f"c{i}" for i in range(40)))
    figure = slices_figure([many], [[0, 39]], [1.0, 2.0], objective="loss", trials=[0, 1])
    assert figure.axes[0].get_xlabel() == "size (and 30 more)"
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()][:2] == ["c0", "c4"]


@pytest.mark.parametrize(("words", "angle"), [(("gru", "lstm"), 0), (("tanh" * 4, "relu" * 4), 30)])
def test_long_categories_are_slanted(words: tuple[str, str], angle: int) -> None:
    axis = Axis("a", 0, 1, categories=words)
    figure = slices_figure([axis], [[0, 1]], [1.0, 2.0], objective="loss", trials=[0, 1])
    assert {text.get_rotation() for text in figure.axes[0].get_xticklabels()} == {angle}
    drawn(figure)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_objective_stands_at_the_first_chart_of_each_row(count: int) -> None:
    axes = [Axis(f"a{i}", 0, 1) for i in range(count)]
    figure = slices_figure(
        axes, [[0.5]] * count, [9.0], objective="loss", trials=[0], limits=(1.0, 2.0)
    )
    assert [part.get_ylabel() for part in figure.axes] == ["loss", "", "", "loss"][:count]
    assert [part.get_xlabel() for part in figure.axes] == [axis.label for axis in axes]
    assert all(points(part.collections[0]) == [[0.5, 2]] for part in figure.axes)  # at the edge


def test_learning_rates_beside_each_other_can_be_read() -> None:
    ends = [(1e-5, 1.0), (1e-3, 1.1e-3), (1e-4, 3e-2), (0.2, 0.9)]
    axes = [Axis("optimizer.lr", low, high, log=True) for low, high in ends]
    places = [[low, (low * high) ** 0.5, high] for low, high in ends]
    values = [2.30511, 2.30512, 2.3052]
    drawn(slices_figure(axes, places, values, objective="l", trials=[0, 1, 2]))
