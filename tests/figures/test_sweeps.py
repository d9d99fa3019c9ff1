import warnings

import numpy as np
import pytest
from matplotlib.colors import to_hex

from charlab.figures import to_image
from charlab.figures.axis import Axis
from charlab.figures.colors import LIGHT
from charlab.figures.learning_curves import learning_curves_figure, on_common_places
from charlab.figures.sweep_curves import TrialCurve, sweep_curves_figure
from charlab.figures.sweep_groups import groups_figure
from charlab.figures.sweep_history import History, history_figure
from charlab.figures.sweep_importances import importances_figure
from charlab.figures.sweep_parallel import Coordinates, parallel_figure
from charlab.figures.sweep_pareto import pareto_figure
from charlab.figures.sweep_slices import slices_figure

ODD = ["$x^$", "a$b$c$", "$\\frac", "50 %", "_ {", "x" * 80]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def drawn(figure):
    with warnings.catch_warnings(action="error"):
        return to_image(figure)


def test_history():
    history = History([(0, 3.0), (2, 2.0)], [(1, 4.0)], [(0, 3.0), (2, 2.0)])
    figure = history_figure(history, objective="val/loss", limits=(2, 3))
    axes = figure.axes[0]
    complete, pruned = axes.collections
    assert complete.get_offsets().tolist() == [[0, 3], [2, 2]]
    assert pruned.get_offsets().tolist() == [[1, 3]]  # beyond the limits: at the edge
    (best,) = axes.lines
    assert best.get_drawstyle() == "steps-post"
    assert best.get_xydata().tolist() == [[0, 3], [2, 2]]
    assert legend(figure) == ["complete", "pruned (last value)", "best so far"]
    assert axes.get_ylim() == pytest.approx((1.96, 3.04))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("trial", "val/loss")
    drawn(figure)


def test_curves_of_pruned_trials_are_dashed_and_end_in_a_cross():
    curves = [
        TrialCurve(0, "complete", [(1, 3.0), (2, 2.0)], best=True),
        TrialCurve(1, "pruned", [(1, 4.0), (2, 3.5)]),
        TrialCurve(2, "pruned", [(1, 4.2)]),
        TrialCurve(3, "running", [(1, 4.1)]),
    ]
    figure = sweep_curves_figure(curves, objective="val/loss")
    axes = figure.axes[0]
    first, cross, *_, best = axes.lines
    assert first.get_linestyle() == "--"
    assert (cross.get_marker(), cross.get_xydata().tolist()) == ("x", [[2, 3.5]])
    assert best.get_xydata().tolist() == [[1, 3], [2, 2]]  # on top of all others
    assert to_hex(best.get_color()) == LIGHT["best"]
    assert legend(figure) == ["pruned", "running", "best (trial 0)"]
    drawn(figure)


def test_importances_from_the_top():
    figure = importances_figure({"lr": 0.75, "size": 0.25}, objective="val/loss")
    axes = figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.75, 0.25]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["lr", "size"]
    assert [text.get_text() for text in axes.texts] == ["75%", "25%"]
    bottom, top = axes.get_ylim()
    assert bottom > top
    drawn(figure)


def test_slices_on_their_own_scales():
    axes = [
        Axis("lr", 1e-4, 1e-2, log=True),
        Axis("model", 0, 1, categories=("gru", "lstm")),
        Axis("n", 1, 3, whole=True),
    ]
    places = [[1e-4, 1e-2], [1, 0], [None, 3]]
    figure = slices_figure(axes, places, [2.0, 1.0], objective="loss", trials=[4, 7], best=7)
    lr, model, n = figure.axes
    assert (lr.get_xscale(), model.get_xscale(), n.get_xscale()) == ("log", "linear", "linear")
    assert [text.get_text() for text in model.get_xticklabels()] == ["gru", "lstm"]
    plain, marked = lr.collections
    assert plain.get_offsets().tolist() == [[1e-4, 2]]
    assert marked.get_offsets().tolist() == [[1e-2, 1]]
    (only,) = n.collections  # the other trial lacks that setting
    assert only.get_offsets().tolist() == [[3, 1]]
    drawn(figure)


def test_parallel_lines_run_through_their_places():
    axes = [Axis("lr", 0, 1), Axis("n", 1, 2, whole=True, partial=True), Axis("loss", 1, 2)]
    rows = [[0, -0.14, 1], [1, 0.5, 0]]
    figure = parallel_figure(Coordinates(axes, [4, 7], rows, [0.0, 1.0], marked=[7]))
    plot = figure.axes[0]
    plain, marked, *_ = plot.lines
    assert plain.get_xydata().tolist() == [[0, 0], [1, -0.14], [2, 1]]
    assert marked.get_xydata().tolist() == [[0, 1], [1, 0.5], [2, 0]]
    assert to_hex(marked.get_color()) == LIGHT["best"]
    assert marked.get_zorder() > plain.get_zorder()
    assert "absent" in [text.get_text() for text in plot.texts]
    assert [text.get_text() for text in plot.get_xticklabels()] == ["lr", "n", "loss"]
    drawn(figure)


def test_pareto_pairs():
    values = [(1.0, 9.0, 3.0), (2.0, 8.0, 1.0), (3.0, 7.0, 2.0)]
    two = pareto_figure([row[:2] for row in values], [5, 6, 7], [5, 7], ["a", "b"], [None] * 2)
    (axes,) = two.axes
    (line,) = axes.lines
    assert line.get_xydata().tolist() == [[1, 9], [3, 7]]
    three = pareto_figure(values, [5, 6, 7], [5, 6, 7], ["a", "b", "c"], [None] * 3)
    labels = [(axes.get_xlabel(), axes.get_ylabel()) for axes in three.axes]
    assert labels == [("a", "b"), ("a", "c"), ("b", "c")]
    assert not three.axes[0].lines  # there a line would zigzag
    drawn(three)


def test_groups_with_and_without_an_interval():
    figure = groups_figure(
        ["gru", "lstm"], [[1.0, 2.0], [3.0]], [1.5, 3.0], [0.75, None], metric="test/loss"
    )
    axes = figure.axes[0]
    (bars,) = (c for c in axes.collections if hasattr(c, "get_segments"))
    np.testing.assert_allclose(bars.get_segments(), [[[0.75, 0], [2.25, 0]], [[3, 1], [3, 1]]])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["gru", "lstm"]
    drawn(figure)


def test_names_are_shown_whatever_they_are():
    axes = [Axis(name, 0, 1, categories=(name, "b")) for name in ODD]
    places = [[0, 1]] * len(ODD)
    drawn(slices_figure(axes, places, [1.0, 2.0], objective=ODD[0], trials=[0, 1]))
    drawn(parallel_figure(Coordinates(axes, [0], [[0] * len(ODD)], [1.0])))
    drawn(importances_figure(dict.fromkeys(ODD, 0.1), objective=ODD[0]))
    drawn(groups_figure(ODD, [[1.0]] * 6, [1.0] * 6, [None] * 6, metric=ODD[0]))
    drawn(history_figure(History([(0, 1.0)], [], []), objective=ODD[0]))
    drawn(learning_curves_figure({name: [[(1, 2.0)]] for name in ODD}, metric=ODD[0]))


def test_curves_of_groups_have_their_groups_colors_and_marks():
    curves = {"gru": [[(1, 3.0), (2, 2.0)]], "lstm": [[(1, 3.5), (2, 2.5)]], "none": [[]]}
    training = {"gru": [[(1, 4.0)]], "lstm": [[]]}
    figure = learning_curves_figure(curves, training=training, metric="loss")
    taught, first, second, _ = figure.axes[0].lines
    assert taught.get_color() == first.get_color() != second.get_color()
    assert [line.get_linestyle() for line in (taught, first, second)] == ["--", "-", "-"]
    gids = [line.get_gid() for line in (taught, first, second)]
    assert gids == ["marks train-0", "marks curve-0", "marks curve-1"]
    assert legend(figure) == ["gru", "lstm", "training"]
    drawn(figure)


def test_seeds_are_a_mean_in_a_band_as_far_as_all_of_them_go():
    runs = [[(0, 4.0), (2, 2.0), (4, 1.0)], [(1, 5.0), (3, 3.0)]]
    figure = learning_curves_figure({"gru": runs}, metric="loss")
    mean, rest = figure.axes[0].lines
    # at 1: 3 and 5, at 2: 2 and 4, at 3: 1.5 and 3
    assert mean.get_xydata().tolist() == [[1, 4], [2, 3], [3, 2.25]]
    assert rest.get_xydata().tolist() == [[3, 1.5], [4, 1]]
    (band,) = figure.axes[0].collections
    corners = {tuple(point) for point in band.get_paths()[0].vertices.tolist()}
    assert corners == {(1, 3), (1, 5), (2, 2), (2, 4), (3, 1.5), (3, 3)}
    drawn(figure)


def test_curves_that_never_meet_are_compared_where_the_first_one_ends():
    places, values = on_common_places([[(0, 1.0), (1, 2.0)], [(5, 7.0)]])
    assert (places.tolist(), values.tolist()) == ([1], [[2], [7]])


def test_of_many_places_some_are_taken():
    lines = [[(i + shift, float(i)) for i in range(500)] for shift in (0.0, 0.5)]
    places, values = on_common_places(lines)
    assert (len(places), places[0], places[-1]) == (200, 0.5, 499)
    assert values[:, -1].tolist() == [499, 498.5]


def test_pruned_trials_are_crosses_in_slices():
    figure = slices_figure(
        [Axis("lr", 0, 1)], [[0.1, 0.2, 0.3]], [1.0, 2.0, 3.0],
        objective="loss", trials=[4, 5, 6], best=4, pruned=[6],
    )  # fmt: skip
    found = [(c.get_gid(), to_hex(c.get_facecolor()[0])) for c in figure.axes[0].collections]
    assert found == [
        ("marks 6", LIGHT["pruned"]), ("marks 5", LIGHT["complete"]), ("marks 4", LIGHT["best"]),
    ]  # fmt: skip
    drawn(figure)
