import pytest

from charlab.reports.parameters import objective_axis, parameter_names, parameters
from tests.support.sweep_samples import MIXED_SPACE, MIXED_TRIALS, sweep, trial


def found(trials=MIXED_TRIALS, **space):
    results = sweep(trials, space={**MIXED_SPACE, **space})
    return {one.name: one for one in parameters(results, trials)}


def test_settings_stand_in_the_order_of_the_space():
    assert parameter_names(sweep(MIXED_TRIALS, space=MIXED_SPACE)) == [
        "size",
        "lr",
        "n",
        "kind",
        "on",
    ]
    assert parameter_names(sweep([], space=MIXED_SPACE)) == []


@pytest.mark.parametrize(
    ("space", "log"),
    [
        ("tag(log, interval(1e-4,1e-2))", True),
        ("tag(log,interval(1e-4,1e-2))", True),
        ("tag(a, log, interval(1e-4,1e-2))", True),
        ("int(tag(log, interval(1,100)))", True),
        ("interval(1e-4,1e-2)", False),
        ("tag(logical, interval(1e-4,1e-2))", False),
    ],
)
def test_which_axes_have_factors(space, log):
    assert found(lr=space)["lr"].axis.log is log


def test_a_logarithm_needs_numbers_above_zero():
    trials = [trial(i, value=1.0, parameters={"lr": float(i)}) for i in range(2)]
    assert not found(trials)["lr"].axis.log


def test_numbers_lie_where_they_are():
    lr, n = found()["lr"], found()["n"]
    assert [lr.position(one) for one in MIXED_TRIALS] == [1e-4, 1e-2, 1e-3]
    assert [lr.axis.unit(lr.position(one)) for one in MIXED_TRIALS] == pytest.approx([0, 1, 0.5])
    assert n.position(MIXED_TRIALS[2]) is None  # a conditional setting
    assert n.axis.partial
    assert n.axis.whole
    assert not lr.axis.partial


def test_categories_lie_side_by_side():
    size, kind, on = found()["size"], found()["kind"], found()["on"]
    assert size.axis.categories == ("64", "128", "512")  # by size, not by text
    assert [size.position(one) for one in MIXED_TRIALS] == [1, 0, 2]
    assert kind.axis.categories == ("a", "b")
    assert on.axis.categories == ("false", "true")
    assert [on.position(one) for one in MIXED_TRIALS] == [1, 0, 1]


def test_mixed_types_are_categories():
    values = [1, "one", None, 2.5, True]
    trials = [trial(i, value=1.0, parameters={"x": value}) for i, value in enumerate(values)]
    axis = found(trials)["x"].axis
    assert axis.categories == ("1", "2.5", "null", "one", "true")


def test_values_far_off_are_drawn_at_the_axis_end():
    axis = objective_axis("val/loss", [2.0, 2.1, 2.2, 2.3, 50.0], higher=False)
    assert (axis.low, axis.high, axis.clamped) == (2.0, 2.3, "high")
    assert axis.unit(50.0) == 1
    assert axis.ticks()[-1] == (1.0, "≥ 2.3")
