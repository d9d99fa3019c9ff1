"""What a command line and a configuration search, and what they leave fixed."""

import pytest

from charlab.errors import ConfigError
from charlab.sweeps.search.space import read_space, words_of


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


def test_a_glob_becomes_the_choices_behind_it(conf):
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra._internal.utils import create_config_search_path

    loader = ConfigLoaderImpl(create_config_search_path(str(conf)))
    space, _ = read_space({}, ["model=glob(*)"], loader)
    assert space["model"].text == "choice(gru,lstm,vanilla)"
    with pytest.raises(ConfigError, match=r"model=glob\(q\*\) finds nothing to choose from"):
        read_space({}, ["model=glob(q*)"], loader)
