"""A trial's settings: what the sampler chose, and what the user's function adds in words."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.config.compose import Composition
from charlab.errors import ConfigError
from charlab.sweeps.search import suggest
from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.search.suggest import SpaceFunctionError, choose, load_function, try_function
from tests.sweeps.toys import toy_spec

FUNCTIONS = """
import numpy, optuna

def depends(trial):
    if trial.params["x"] < 0.5:
        return {"small": True, "deep": trial.suggest_int("deep", 1, 3)}
    return {"name": "'a b'", "nothing": None, "list": [1, 2]}

def numbers(trial):
    return {"a": numpy.int64(8), "b": numpy.float64(0.1), "c": (0.9, numpy.float64(0.99))}

def nothing(trial):
    return {}

def refuses(trial):
    raise optuna.TrialPruned("x is odd")

def breaks(trial):
    raise ValueError("two\\nlines")

def lists(trial):
    return ["y"]

def forgets(trial):
    {"y": 1}

def table(trial):
    return numpy.ones((30, 30))

def fits(trial):
    return {"model.hidden_size": 8}

def misspelt(trial):
    return {"model.hiden_size": 3}

def two_faults(trial):
    return {"model.dropout": 2.0, "model.num_layers": 0}

def of_no_kind(trial):
    return {"model.num_layers": object}

number = 3
"""


@pytest.fixture(scope="module")
def function_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("functions") / "my space: functions.py"
    file.write_text(FUNCTIONS)
    return file


@pytest.fixture(scope="module")
def composition(conf: Path) -> Composition:
    with initialize_config_dir(str(conf), version_base="1.3"):
        return Composition.of(compose("train", [], return_hydra_config=True))


def asked(seed: int = 0) -> optuna.Trial:
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed)).ask()


def test_words_are_the_fixed_ones_and_a_value_of_each_search() -> None:
    spec = toy_spec(
        fixed=("a=1",),
        space={
            "x": "interval(0,1)",
            "rate": "tag(log, interval(1e-4,1e-1))",
            "n": "range(1,10,3)",
            "text": "'null','a b',null",
            "step": "range(0,1.5,0.5)",
        },
    )
    seen = set()
    for seed in range(30):
        trial = asked(seed)
        words = dict(word.split("=", 1) for word in choose(spec, trial))
        assert list(words) == ["a", "n", "rate", "step", "text", "x"]  # by name
        assert 0 <= float(words["x"]) == trial.params["x"] <= 1
        assert 1e-4 <= float(words["rate"]) == trial.params["rate"] <= 1e-1
        assert words["n"] in ("1", "4", "7")
        assert words["step"] in ("0.0", "0.5", "1.0")
        seen.add(words["text"])
    assert seen == {"'null'", "'a b'", "null"}


def test_settings_that_depend_on_others(function_file: Path) -> None:
    spec = toy_spec(function=f"{function_file}:depends")
    seen = set()
    for seed in range(10):
        trial = asked(seed)
        arguments, x = choose(spec, trial), trial.params["x"]
        if x < 0.5:
            assert arguments == [f"x={x!r}", "small=true", f"deep={trial.params['deep']}"]
        else:
            assert arguments == [f"x={x!r}", "name='a b'", "nothing=null", "list=[1, 2]"]
        seen.add(x < 0.5)
    assert seen == {True, False}


def test_numbers_of_numpy_are_numbers(function_file: Path) -> None:
    _, *added = choose(toy_spec(function=f"{function_file}:numbers"), asked())
    assert added == ["a=8", "b=0.1", "c=[0.9, 0.99]"]
    assert len(choose(toy_spec(function=f"{function_file}:nothing"), asked())) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner | st.text(st.characters(exclude_characters="$", codec="utf-8"))),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Files, each another: Python takes two of the same second and size for the same."""
    folder = tmp_path_factory.mktemp("drawn")
    return (folder / f"f{number}.py" for number in itertools.count())


@given(VALUES)
@settings(max_examples=40)
def test_what_a_function_returns_is_what_hydra_reads(files: Iterator[Path], value: Any) -> None:
    drawn = next(files)
    drawn.write_text(f"from math import inf\ndef f(trial): return {{'a': {value!r}}}", "utf-8")
    _, word = choose(toy_spec(function=f"{drawn}:f"), asked())
    found = OverridesParser.create().parse_override(word).value()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("breaks", "failed: ValueError: two lines"),
        ("lists", "must return a mapping of settings to values, got ['y']"),
        ("forgets", "must return a mapping of settings to values, got None"),
        ("table", "must return a mapping of settings to values, got array([[1., 1., "),
        ("absent", "AttributeError: module 'charlab_space_function' has no attribute 'absent'"),
    ],
)
def test_a_function_that_does_not_work_is_told_in_one_line(
    name: str, complaint: str, function_file: Path
) -> None:
    with pytest.raises(SpaceFunctionError) as raised:
        choose(toy_spec(function=f"{function_file}:{name}"), asked())
    assert f"{function_file}:{name}" in str(raised.value)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_function_may_refuse_a_trial(function_file: Path) -> None:
    with pytest.raises(optuna.TrialPruned, match="x is odd"):
        choose(toy_spec(function=f"{function_file}:refuses"), asked())


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [
        ("nowhere.py:f", "there is no file nowhere.py; write FILE.py:function"),
        ("f", "there is no file f; write FILE.py:function"),
        ("", "there is no file ; write FILE.py:function"),
        ("/dev/null:space", "there is no file /dev/null"),
        ("{file}.txt:space", "there is no file "),
        ("{file}:absent", "AttributeError: module 'charlab_space_function' has no attribute"),
        ("{file}:", "AttributeError: module 'charlab_space_function' has no attribute"),
        ("{file}:number", "number is no function"),
        ("{file}.torn.py:f", "SyntaxError: invalid syntax"),
        ("{file}.loud.py:f", "RuntimeError: two lines"),
    ],
)
def test_functions_that_are_not_there(reference: str, complaint: str, function_file: Path) -> None:
    Path(f"{function_file}.torn.py").write_text("def f(:")
    Path(f"{function_file}.loud.py").write_text("raise RuntimeError('two\\nlines')")
    with pytest.raises(SpaceFunctionError) as raised:
        load_function(reference.format(file=function_file))
    assert complaint in str(raised.value)
    assert str(raised.value).startswith("sweep.space_function=")
    assert "\n" not in str(raised.value)


def spec_of(function_file: Path, name: str) -> SweepSpec:
    fixed = ("dataset=text", f"dataset.path='{function_file}'")
    return toy_spec(fixed=fixed, space={"seed": "range(1,9)"}, function=f"{function_file}:{name}")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("misspelt", "unknown setting 'model.hiden_size': did you mean 'model.hidden_size'?"),
        ("refuses", "refuses every one of 20 trials"),
        ("breaks", "failed: ValueError: two lines"),
        ("two_faults", "model.num_layers must be at least 1, got 0; model.dropout must be "),
        ("of_no_kind", "model.num_layers=<class 'object'>: "),
    ],
)
def test_a_function_is_tried_before_the_first_trial(
    name: str, complaint: str, function_file: Path, composition: Composition
) -> None:
    with pytest.raises(ConfigError) as raised:
        try_function(spec_of(function_file, name), composition)
    assert f"{function_file}:{name}" in str(raised.value)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_function_that_works_is_tried_in_silence(
    function_file: Path,
    composition: Composition,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(suggest, "_PROBES", 2)  # each is composed, which takes its time
    try_function(spec_of(function_file, "fits"), composition)
    assert capsys.readouterr() == ("", "")
