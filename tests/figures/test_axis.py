import pytest

from charlab.figures.axis import ABSENT, Axis, robust_limits


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
