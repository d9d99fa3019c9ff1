"""Hydra's search syntax as Optuna's distributions, and back."""

from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution as Choice
from optuna.distributions import FloatDistribution as Float
from optuna.distributions import IntDistribution as Int

from charlab.errors import ConfigError
from charlab.sweeps.search.space import Parameter, read_space, words_of


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


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("a=choice()", "a=choice() is a choice of nothing"),
        ("a=choice( )", "a=choice( ) is a choice of nothing"),
        ("a=range(4,4)", "a=range(4,4) holds no value: a range leaves its end out"),
        ("a=interval(2,1)", "a=interval(2,1) holds no value: 2.0 is above 1.0"),
        ("a=tag(log,interval(0,1))", "a logarithmic scale starts above 0"),
        ("a=tag(log,range(0,4))", "a logarithmic scale starts above 0"),
        ("a=tag(log,range(1,9,2))", "a logarithmic range has no step"),
        ("a=tag(lgo,interval(1,2))", "the tag 'lgo' is unknown; there is log"),
        ("a=interval(1", "a=interval(1 cannot be read"),
        ("a=choice(1,2", "a=choice(1,2 cannot be read"),
        ("a=shuffle([1,2])", "would be another list in every trial: write the list out"),
        ("a=[choice(1,2),3]", "a=[choice(1,2),3] searches a part of a list or group"),
        ("a={b: range(3)}", "searches a part of a list or group: write choice([…],[…])"),
        ("~a=choice(1,2)", "~a=choice(1,2) takes a setting out"),
        ("a=choice(1,true)", "a cannot be searched: in its choice True equals one before it"),
        ("a=1,1.0", "in its choice 1.0 equals one before it"),
        ("a=choice(b,b)", "in its choice b equals one before it"),
        ("a=choice(nan,1)", "in its choice nan is no value"),
        ("a=choice(choice(1,2),3)", "a cannot be searched by a choice of one"),
        ("a=tag(log,choice(1,2))", "a=tag(log,choice(1,2)): a choice takes no tag"),
        ("a=interval(0,inf)", "a=interval(0,inf): the ends must be finite numbers"),
        ("a=range(0,inf)", "a=range(0,inf): a range needs finite ends and a step"),
        ("a=range(0,5,0)", "a=range(0,5,0): a range needs finite ends and a step"),
        ("a=int(range(0,2,0.5))", "a range needs finite ends and a step"),
        ("a=shuffle(interval(1,2))", "a=shuffle(interval(1,2)) cannot be read"),
        ("a=sort(a,1)", "a=sort(a,1) cannot be read"),
        ("a=choice(null,2)", "Hydra's choice(…) takes no null; write the values bare, as a=null,1"),
    ],
)
def test_searches_that_fit_nothing(word, complaint):
    with pytest.raises(ConfigError) as raised:
        read_space({}, [word])
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


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


def test_the_command_line_wins():
    stored = {"lr": "interval(0,1)", "size": "choice(1,2)", "layers": "range(1,3)"}
    arguments = ["size=choice(3,4)", "lr=0.5", "model=gru", "+more=range(2)", "model=lstm"]
    space, fixed = read_space(stored, arguments)
    assert {key: parameter.text for key, parameter in space.items()} == {
        "layers": "range(1,3)",
        "size": "choice(3,4)",
        "more": "range(2)",
    }
    assert fixed == ["lr=0.5", "model=lstm"]
    assert space["more"].word(1) == "+more=1"


def test_a_search_after_a_plain_value_wins_too():
    space, fixed = read_space({}, ["lr=1", "lr=interval(1,2)"])
    assert list(space) == ["lr"]
    assert fixed == []


def test_words_of_a_trial():
    space, _ = read_space({"b": "choice('x y',z)", "a": "interval(0,1)"}, [])
    assert words_of(space.values(), {"a": 0.25, "b": "x y"}) == ["b='x y'", "a=0.25"]
    assert words_of(space.values(), {"a": 0.25}) == ["a=0.25"]


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


def test_a_glob_becomes_the_choices_behind_it(conf):
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra._internal.utils import create_config_search_path

    loader = ConfigLoaderImpl(create_config_search_path(str(conf)))
    space, _ = read_space({}, ["model=glob(*)"], loader)
    assert space["model"].text == "choice(gru,lstm,vanilla)"
    with pytest.raises(ConfigError, match=r"model=glob\(q\*\) finds nothing to choose from"):
        read_space({}, ["model=glob(q*)"], loader)


def test_words_of_a_range_are_as_on_paper():
    parameter = Parameter("model.dropout", "range(0.1,0.9,0.1)")
    drawn = [0.1 + place * 0.1 for place in range(8)]  # as Optuna adds them up
    assert drawn[2] != 0.3
    assert [parameter.word(value) for value in drawn] == [
        f"model.dropout={tenth / 10}" for tenth in range(1, 9)
    ]
