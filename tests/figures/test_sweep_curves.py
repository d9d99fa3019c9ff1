"""Learning curves of a sweep's trials: which is which."""

from matplotlib.colors import to_hex

from charlab.figures.colors import LIGHT
from charlab.figures.sweep_curves import TrialCurve, sweep_curves_figure
from tests.support.figures import drawn, legend, points


def test_curves_of_pruned_trials_are_dashed_and_end_in_a_cross() -> None:
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
    assert (cross.get_marker(), points(cross)) == ("x", [[2, 3.5]])
    assert points(best) == [[1, 3], [2, 2]]  # on top of all others
    assert to_hex(best.get_color()) == LIGHT["best"]
    assert legend(figure) == ["pruned", "running", "best (trial 0)"]
    drawn(figure)


def test_each_line_has_the_mark_and_the_color_of_its_trial() -> None:
    states = ["complete", "pruned", "failed", "died", "running"]
    curves = [TrialCurve(10 + i, state, [(5, 1.0), (9, 2.0)]) for i, state in enumerate(states)]
    figure = sweep_curves_figure(curves, objective="loss")
    for line in figure.axes[0].lines:
        number = int(line.get_gid().removeprefix("marks "))  # type: ignore[union-attr]
        assert to_hex(line.get_color()) == LIGHT[states[number - 10]]
    assert legend(figure) == states
    marked = [line.get_gid() for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert marked == ["marks 11", "marks 12", "marks 13", "marks 14"]  # all that did not end


def test_the_axis_begins_where_training_does() -> None:
    figure = sweep_curves_figure(
        [TrialCurve(0, "complete", [(2e6, 3.0), (4e6, 50.0)])], objective="loss", limits=(2, 4)
    )
    (axes,) = figure.axes
    assert axes.get_xlim()[0] == 0
    assert axes.get_ylim()[1] < 5  # what lies beyond the limits is not shown
    figure.draw_without_rendering()
    assert "2M" in [text.get_text() for text in axes.get_xticklabels()]
    drawn(figure)
