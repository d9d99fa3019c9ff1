"""Hydra's search syntax as Optuna's distributions, and back."""

from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution as Choice
from optuna.distributions import FloatDistribution as Float
from optuna.distributions import IntDistribution as Int

from charlab.sweeps.search.parameter import Parameter


def parsed(word: str) -> Any:
    """A word's value as Hydra's own parser understands it."""
    return OverridesParser.create().parse_override(word).value()


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("interval(0,0.5)", Float(0.0, 0.5)),
        ("interval(1,8)", Float(1.0, 8.0)),
        ("int(interval(1,8))", Int(1, 8)),
        ("tag(log, interval(1e-4, 1e-2))", Float(1e-4, 1e-2, log=True)),
        ("tag(log,int(interval(1,512)))", Int(1, 512, log=True)),
        ("interval(start=2,end=3)", Float(2.0, 3.0)),
        ("range(1,4)", Int(1, 3)),
        ("range(4)", Int(0, 3)),
        ("range(1,10,3)", Int(1, 7, step=3)),
        ("range(10,1,-3)", Int(4, 10, step=3)),
        ("range(0,1,0.25)", Float(0.0, 0.75, step=0.25)),
        ("tag(log,range(1,9))", Int(1, 8, log=True)),
        ("choice(64,128,256)", Choice([64, 128, 256])),
        ("64,128", Choice([64, 128])),
        ("choice(1e-3)", Choice([1e-3])),
        ("choice(tanh,relu)", Choice(["tanh", "relu"])),
        ("choice(true,a b,'c, d',\"e'f\")", Choice([True, "a b", "c, d", "e'f"])),
        ("null,'null','1',1", Choice([None, "null", "1", 1])),
        ("choice([1,2],[3])", Choice(["[1,2]", "[3]"])),
        ("choice({a:1},{a:2})", Choice(["{a:1}", "{a:2}"])),
        ("shuffle(range(1,4))", Int(1, 3)),
        ("shuffle(choice(3,1,2))", Choice([3, 1, 2])),  # as written, in every process
        ("shuffle(3,1,2)", Choice([3, 1, 2])),
        ("sort(choice(3,1,2))", Choice([1, 2, 3])),
        ("sort(b,a,reverse=true)", Choice(["b", "a"])),
        ("str(choice(1,2))", Choice(["1", "2"])),
        ("float(range(1,4))", Float(1.0, 3.0, step=1.0)),
        ("range(0,10000000000000)", Int(0, 9999999999999)),
        ("range(0,1,1e-12)", Float(0.0, 0.999999999999, step=1e-12)),
    ],
)
def test_distributions(text, distribution):
    assert Parameter("key", text).distribution == distribution


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_survives_its_word(value):
    parameter = Parameter("optimizer.lr", "interval(0,1)")
    assert parsed(parameter.word(value)) == value
    assert isinstance(parsed(parameter.word(value)), float)


@given(st.integers(-(2**63), 2**63))
def test_an_integer_survives_its_word(value):
    assert parsed(Parameter("n", "range(1,4)").word(value)) == value


@given(
    st.lists(
        st.one_of(
            st.booleans(),
            st.integers(2, 99),
            st.floats(2.5, 9).filter(lambda number: not number.is_integer()),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
        ),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_choices_survive_their_words(values):
    """Whatever is chosen, Hydra reads the trial's word as it read the choice itself."""
    written = [_quoted(value) if isinstance(value, str) else repr(value) for value in values]
    parameter = Parameter("key", f"choice({','.join(written)})")
    distribution: Any = parameter.distribution
    assert list(distribution.choices) == values
    assert [parsed(parameter.word(choice)) for choice in distribution.choices] == values


def _quoted(text: str) -> str:
    from hydra.core.override_parser.types import Quote, QuotedString

    return QuotedString(text=text, quote=Quote.single).with_quotes()


@pytest.mark.parametrize("text", ["a b,'c, d',[1,2],{k:v},null,true,1e-3,x\\,y,'7','Null'"])
def test_words_of_choices_mean_what_the_choice_meant(text):
    parameter = Parameter("key", text)
    distribution: Any = parameter.distribution
    values = [parsed(parameter.word(choice)) for choice in distribution.choices]
    assert [str(value) for value in values] == [
        "a b",
        "c, d",
        "[1, 2]",
        "{'k': 'v'}",
        "None",
        "True",
        "0.001",
        "x,y",
        "7",
        "Null",
    ]
    assert values[-2] == "7"


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("choice(b,a)", ["b", "a"]),
        ("range(1,10,3)", [1, 4, 7]),
        ("int(interval(1,3))", [1, 2, 3]),
        ("tag(log,int(interval(1,3)))", [1, 2, 3]),
        ("range(0,1,0.25)", [0.0, 0.25, 0.5, 0.75]),
        ("interval(0,1)", None),
    ],
)
def test_points_of_a_grid(text, points):
    assert Parameter("key", text).points() == points


def test_points_lie_in_their_distribution():
    parameter = Parameter("key", "range(0.1,0.9,0.2)")
    points = parameter.points()
    assert points == [0.1, 0.3, 0.5, 0.7]
    assert parameter.distribution == Float(0.1, 0.7, step=0.2)
    assert all(parameter.distribution._contains(point) for point in points)


@pytest.mark.parametrize(
    ("text", "extremes"),
    [
        ("choice(3,1,2)", [3, 1, 2]),
        ("range(1,10,3)", [1, 7]),
        ("interval(0,1)", [0.0, 0.381966, 1.0]),
        ("interval(2,2)", [2.0]),
        ("int(interval(2,8))", [2, 8]),
        ("range(1,2)", [1]),
    ],
)
def test_extremes(text, extremes):
    assert Parameter("key", text).extremes() == extremes


def test_words_of_a_range_are_as_on_paper():
    parameter = Parameter("model.dropout", "range(0.1,0.9,0.1)")
    drawn = [0.1 + place * 0.1 for place in range(8)]  # as Optuna adds them up
    assert drawn[2] != 0.3
    assert [parameter.word(value) for value in drawn] == [
        f"model.dropout={tenth / 10}" for tenth in range(1, 9)
    ]
