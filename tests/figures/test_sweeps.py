"""What the figures of sweeps share: names, limits, dots."""

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure

from charlab.figures.axis import Axis
from charlab.figures.learning_curves import learning_curves_figure
from charlab.figures.sweep_groups import groups_figure
from charlab.figures.sweep_history import History, history_figure
from charlab.figures.sweep_importances import importances_figure
from charlab.figures.sweep_parallel import Coordinates, parallel_figure
from charlab.figures.sweep_slices import slices_figure
from charlab.figures.sweeps import new_figure, short
from tests.support.figures import drawn

ODD = ["$x^$", "a$b$c$", "$\\frac", "50 %", "_ {", "x" * 80]
_AXES = [Axis(name, 0, 1, categories=(name, "b")) for name in ODD]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: slices_figure(_AXES[:3], [[0, 1]] * 3, [1.0, 2.0], objective=ODD[0], trials=[0, 1]),
        lambda: parallel_figure(Coordinates(_AXES, [0], [[0] * 6], [1.0])),
        lambda: importances_figure(dict.fromkeys(ODD, 0.1), objective=ODD[0]),
        lambda: groups_figure(ODD, [[1.0]] * 6, [1.0] * 6, [None] * 6, metric=ODD[0]),
        lambda: history_figure(History([(0, 1.0)], [], []), objective=ODD[0]),
        lambda: learning_curves_figure({name: [[(1, 2.0)]] for name in ODD}, metric=ODD[0]),
    ],
    ids=["slices", "parallel", "importances", "groups", "history", "learning curves"],
)
def test_names_are_shown_whatever_they_are(draw: Callable[[], Figure]) -> None:
    drawn(draw())


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ""), ("abcd", "abcd"), ("abcde", "abc…"), ("a\nb", "a\\nb"), ("жжжжж", "жжж…")],
)
def test_a_long_text_ends_in_a_mark_and_none_breaks_its_line(text: str, shown: str) -> None:
    assert short(text, 4) == shown


def test_a_figure_is_as_wide_as_a_page() -> None:
    figure, axes = new_figure(3.0)
    assert figure.get_size_inches().tolist() == [11.0, 3.0]
    assert figure.axes == [axes]
