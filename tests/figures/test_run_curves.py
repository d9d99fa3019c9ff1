import pytest

from charlab.figures.run_curves import Curves, run_curves_figure
from tests.support.tick_labels import touching

TRAIN = [(0.5, 400.0), (1.0, 12.0), (2.0, 8.0)]
VAL = [(1.0, 10.0), (2.0, 9.0)]


def test_a_chart_for_each_metric_with_the_best_checkpoint_marked():
    accuracy = Curves("accuracy", [(1.0, 0.4)], [(1.0, 0.3)], (1.0, 0.3), rises=True)
    figure = run_curves_figure([Curves("loss", TRAIN, VAL, VAL[1]), accuracy], "lstm · $names^$")
    loss, other = figure.axes
    train, val, best = loss.lines
    assert train.get_xydata().tolist() == [list(point) for point in TRAIN]
    assert val.get_xydata().tolist() == [list(point) for point in VAL]
    assert best.get_xydata().tolist() == [[2.0, 9.0]]
    assert [text.get_text() for text in loss.texts] == ["9"]
    said = [text.get_text() for text in loss.get_legend().get_texts()]
    assert said == ["train (mean while it learns)", "validation", "best checkpoint"]
    assert (loss.get_xlabel(), loss.get_ylabel()) == ("epochs", "loss")
    assert (other.get_ylabel(), other.get_yscale()) == ("accuracy", "linear")
    assert other.lines[0].get_marker() == "."  # a single point would not be seen as a line
    assert touching(figure) == []


@pytest.mark.parametrize(("lowest", "scale"), [(3.0, "log"), (9.0, "linear")])
def test_the_first_steps_leave_room_for_what_follows(lowest, scale):
    figure = run_curves_figure([Curves("perplexity", [*TRAIN, (3.0, lowest)], VAL)])
    (axes,) = figure.axes
    bottom, top = axes.get_ylim()
    assert bottom < min(lowest, 8.0)
    assert 25 <= top < 40  # two and a half times the first validation
    assert axes.get_yscale() == scale
    assert touching(figure) == []


def test_validations_that_get_worse_are_all_seen():
    val = [(1.0, 2.0), (2.0, 60.0)]
    (axes,) = run_curves_figure([Curves("loss", [(1.0, 2.0)], val)]).axes
    assert axes.get_ylim()[1] > 60


@pytest.mark.parametrize("curve", [Curves("loss", [(1.0, 3.0)], []), Curves("loss", [], VAL[:1])])
def test_a_single_point(curve):
    figure = run_curves_figure([curve])
    assert touching(figure) == []
    bottom, top = figure.axes[0].get_ylim()
    assert bottom < (curve.train or curve.val)[0][1] < top
