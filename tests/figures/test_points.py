"""Points of a plane: who lies where in which group."""

import numpy as np
from matplotlib.colors import to_hex

from charlab.figures import to_png
from charlab.figures.points import label_plane_figure, token_plane_figure


def groups_of(figure):
    (axes,) = figure.axes
    return {points.get_label(): points for points in axes.collections}


def test_tokens_stand_where_they_lie_in_the_color_of_their_kind():
    places = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    figure = token_plane_figure(places, (0.5, 0.25), ["a", " ", "$"], ["vowel", "space", "vowel"])
    groups = groups_of(figure)
    assert groups["vowel (2)"].get_offsets().tolist() == [[0.0, 1.0], [4.0, 5.0]]
    (axes,) = figure.axes
    names = {text.get_text(): text for text in axes.texts}
    assert set(names) == {"a", "space", "$"}
    assert tuple(names["space"].xy) == (2.0, 3.0)
    assert names["a"].get_color() == to_hex(groups["vowel (2)"].get_facecolor()[0])
    assert axes.get_xlabel() == "component 1: 50% of the variance"
    assert to_png(figure)


def test_labels_have_looks_of_their_own_and_the_rarest_share_one():
    labels = [f"label {i}" for i in range(30) for _ in range(30 - i)]
    places = np.random.default_rng(0).normal(size=(len(labels), 2))
    groups = groups_of(label_plane_figure(places, (0.1, 0.1), labels))
    assert next(iter(groups)) == "label 0 (30)"
    assert list(groups)[-1] == "15 others (120)"
    assert sum(len(points.get_offsets()) for points in groups.values()) == len(labels)
    looks = {
        (to_hex(points.get_facecolor()[0]), points.get_paths()[0].vertices.tobytes())
        for points in groups.values()
    }
    assert len(looks) == len(groups) == 16
