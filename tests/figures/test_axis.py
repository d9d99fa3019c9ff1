import pytest
from matplotlib.figure import Figure

from charlab.figures.axis import ABSENT, Axis, robust_limits, set_log_scale, short_number
from charlab.figures.sweeps import tidy
from tests.support.figures import drawn


def test_places_on_an_axis_of_numbers():
    axis = Axis("x", 2, 6)
    assert [axis.unit(value) for value in (2, 3, 6)] == [0, 0.25, 1]
    assert [axis.unit(value) for value in (-5, 99)] == [0, 1]
    assert axis.unit(None) == ABSENT < 0


def test_places_on_an_axis_of_factors():
    axis = Axis("lr", 1e-4, 1e-2, log=True)
    assert [axis.unit(value) for value in (1e-4, 1e-3, 1e-2)] == pytest.approx([0, 0.5, 1])


def test_a_single_value_is_in_the_middle():
    assert Axis("x", 3, 3).unit(3) == 0.5
    assert Axis("x", 3, 3).ticks() == [(0.5, "3")]


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (Axis("x", 0, 1), ["0", "0.25", "0.5", "0.75", "1"]),
        (Axis("n", 1, 4, whole=True), ["1", "2", "3", "4"]),
        (Axis("n", 1, 9, whole=True), ["1", "3", "5", "7", "9"]),
        (Axis("n", 16, 256, log=True, whole=True), ["16", "32", "64", "128", "256"]),
        (Axis("v", 12_000, 20_000), ["12k", "14k", "16k", "18k", "20k"]),
        (Axis("v", 0, 4e7), ["0", "10M", "20M", "30M", "40M"]),
        (Axis("c", 0, 1, categories=("a", "b")), ["a", "b"]),
        (Axis("v", 1, 2, clamped="high"), ["1", "1.25", "1.5", "1.75", "≥ 2"]),
        (Axis("v", 1, 2, clamped="low"), ["≤ 1", "1.25", "1.5", "1.75", "2"]),
    ],
)
def test_ticks(axis, texts):
    places, found = zip(*axis.ticks(), strict=True)
    assert list(found) == texts
    assert (places[0], places[-1]) == (0, 1)
    assert list(places) == sorted(places)


def test_many_categories_are_thinned_out():
    axis = Axis("c", 0, 39, categories=tuple(f"c{i}" for i in range(40)))
    assert [text for _, text in axis.ticks()][:3] == ["c0", "c3", "c6"]
    assert len(axis.ticks()) <= 15
    assert axis.label_with_rest() == "c (and 26 more)"
    assert Axis("c", 0, 1, categories=("a", "b")).label_with_rest() == "c"
    assert Axis("c", 0, 1).label_with_rest() == "c"


def test_ticks_of_a_narrow_axis_differ():
    texts = [text for _, text in Axis("v", 2.3051, 2.3059).ticks()]
    assert texts == ["2.3051", "2.3053", "2.3055", "2.3057", "2.3059"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (3e-5, "3e-5"),
        (0.0143, "0.0143"),
        (999.9, "999.9"),
        (1234, "1234"),
        (12_345, "12.3k"),
        (999_999, "1000k"),
        (2_000_000, "2M"),
        (-1.5e9, "-1.5G"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_of_few_digits(value, text):
    assert short_number(value) == text


def small_chart():
    figure = Figure(figsize=(3.67, 2.4), dpi=120, layout="constrained")
    return figure, figure.add_subplot()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1e-4, 1e-2, ["0.0001", "0.0003", "0.001", "0.003", "0.01"]),
        (3e-4, 5e-3, ["0.0005", "0.001", "0.002", "0.005"]),
        (2e-3, 6e-3, ["0.002", "0.003", "0.004", "0.005", "0.006"]),
        (1e-3, 1.9e-3, ["0.001", "0.00125", "0.0015", "0.00175"]),
        (1e-8, 1e8, None),
        (7.9, 410, ["10", "20", "50", "100", "200"]),
        (16, 256, ["20", "50", "100", "200"]),
    ],
)
def test_ticks_of_factors_are_round_and_do_not_touch(low, high, expected):
    figure, axes = small_chart()
    for axis in (axes.xaxis, axes.yaxis):
        set_log_scale(axis, 5)
    axes.set(xlim=(low, high), ylim=(low, high))
    drawn(figure)
    for axis in (axes.xaxis, axes.yaxis):
        labels = axis.get_ticklabels(which="both")
        texts = [label.get_text() for label in labels if label.get_text()]
        assert 3 <= len(texts) <= 5
        assert expected is None or texts == expected


@pytest.mark.parametrize(("low", "high"), [(0, 3e6), (2.3051, 2.3058), (1e-7, 9e-7)])
def test_plain_axes_have_no_power_or_sum_to_be_added(low, high):
    figure, axes = small_chart()
    axes.set_ylim(low, high)
    tidy(axes, "x", "y")
    drawn(figure)
    assert axes.yaxis.get_offset_text().get_text() == ""


def test_what_blew_up_does_not_press_the_rest_flat():
    values = [2.0, 2.1, 2.2, 2.3, 40.0]  # the fence is 2.3 + 3 * 0.3
    assert robust_limits(values, higher=False) == (2.0, 2.3)
    assert robust_limits([-value for value in values], higher=True) == (-2.3, -2.0)


@pytest.mark.parametrize(
    "values", [[], [1, 2, 90], [2.0, 2.1, 2.2, 2.3, 3.1], [1.0, 1.0, 1.0, 1.0, 9.0]]
)
def test_otherwise_all_is_shown(values):
    assert robust_limits(values, higher=False) is None


def test_far_better_is_never_left_out():
    assert robust_limits([0.1, 2.0, 2.1, 2.2, 2.3], higher=False) is None
