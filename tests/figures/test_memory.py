import numpy as np

from charlab.figures.memory import Reach, context_figure, gradient_figure, saturation_figure
from tests.support.figures import drawn


def test_gradients_of_several_networks_stand_on_one_axis():
    values = np.exp(-np.arange(5.0))
    networks = {
        "lstm": Reach(2 * values, values, values / 2, values * 1.5),
        "untrained $x": Reach(values**2, values**2, values**3, values, dashed=True),
        "vanished": Reach(*[np.array([1.0, 0.0])] * 4),
    }
    figure = gradient_figure(networks)
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    lines = {line.get_label(): line for line in axes.lines}
    assert np.allclose(lines["lstm"].get_ydata(), values)
    assert lines["untrained $x"].get_linestyle() == "--"
    assert np.allclose(lines["lstm"].get_xdata(), np.arange(5))
    drawn(figure)


def test_losses_stand_over_what_was_given():
    figure = context_figure({"gru": ((1, 2, 4, 6), (3.0, 2.0, 1.5, 1.4)), "lstm": ((1,), (3.1,))})
    (axes,) = figure.axes
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 4, 6]
    assert axes.lines[0].get_ydata().tolist() == [3.0, 2.0, 1.5, 1.4]
    drawn(figure)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "2", "4", "6"]


def test_a_dot_for_each_unit_of_each_gate():
    gates = [(f"gate {i}", np.array([0.1, 0.9]), np.array([0.8, 0.0])) for i in range(4)]
    figure = saturation_figure(gates)
    assert [axes.get_title() for axes in figure.axes] == [name for name, _, _ in gates]
    assert figure.axes[0].collections[0].get_offsets().tolist() == [[0.8, 0.1], [0.0, 0.9]]
    drawn(figure)
