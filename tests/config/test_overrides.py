import os

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from charlab.config.hydra_app import check
from charlab.config.overrides import protect, take_out
from charlab.errors import ConfigError

PARSER = OverridesParser.create()

# All of Unicode, and what Hydra's and OmegaConf's grammars trip over; undecodable bytes of a file's
# name stand in a string as lone surrogates.
TEXTS = st.one_of(
    st.text(st.characters(categories=None), max_size=20),
    st.text("\\${}' \"a=,\n:#[]()*~+-", max_size=12),
    st.lists(st.sampled_from(["${", "\\", "}", "'", "seed", " "]), max_size=6).map("".join),
    st.sampled_from(["${oc.env:HOME}", "${seed}", "a,b", "range(1,3)", "[1,2]", "true", "1e3", ""]),
)


def through_hydra(word):
    """A word's value after Hydra's parser and OmegaConf, and as a file of YAML keeps it."""
    (override,) = PARSER.parse_overrides(protect([word]))
    assert not override.is_sweep_override()
    config = OmegaConf.create({"seed": 1, "dataset": {"path": None, "name": "x"}, "output_dir": ""})
    OmegaConf.update(config, override.key_or_group, override.value())
    return OmegaConf.select(config, override.key_or_group), config


@given(
    key=st.sampled_from(["dataset.path", "dataset.name", "output_dir"]),
    text=TEXTS.filter(lambda text: text != "null"),
)
def test_free_text_arrives_as_it_was_typed(key, text):
    value, config = through_hydra(f"{key}={text}")
    if key == "output_dir":  # Hydra writes there too, and knows no home folder
        text = os.path.expanduser(text)  # noqa: PTH111
    assert value == text
    assert isinstance(value, str)
    again = OmegaConf.create(OmegaConf.to_yaml(config)) if text.isprintable() else config
    assert OmegaConf.select(again, key) == text


@pytest.mark.parametrize(
    ("value", "values"),
    [
        ("choice(a b.txt,it's, 'q,r' ,ü)", ["a b.txt", "it's", "q,r", "ü"]),
        ("choice(${x},b\\)", ["${x}", "b\\"]),
        ("there.txt,it's,c d", ["there.txt", "it's", "c d"]),  # one of them is there
        ("a,b", ["a", "b"]),
        ("my novel.txt, it's ${seed}", ["my novel.txt", "it's ${seed}"]),
        ("""'a,b', "it's, \\"x\\"",c""", ["a,b", 'it\'s, "x"', "c"]),
        ("choice(a)", ["a"]),
        ("one 'name' (1)", None),
        ("null,a", [None, "a"]),
        ("x, y.txt", None),  # is there
        ("shuffle(choice(a,b))", ["a", "b"]),
    ],
)
def test_with_m_a_path_may_be_several(value, values, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("there.txt", "x, y.txt"):
        (tmp_path / name).touch()
    (override,) = PARSER.parse_overrides(protect([f"dataset.path={value}"], grid=True))
    assert override.is_sweep_override() == (values is not None)
    if values is not None:
        assert [OmegaConf.create({"x": text}).x for text in _texts(override.value())] == values
    assert not PARSER.parse_override(protect([f"dataset.path={value}"])[0]).is_sweep_override()
    named = protect([f"sweep.name={value}", f"output_dir={value}"], grid=True)
    assert not any(PARSER.parse_override(word).is_sweep_override() for word in named)


def _texts(sweep):
    return [getattr(item, "text", item) for item in getattr(sweep, "list", sweep)]


def test_searches_in_a_mapping_pass_hydra():
    typed = "sweep.space={dataset.path: choice(a b,ü), lr: tag(log, interval(1,2)), m: '1,2'}"
    (word,) = protect([typed])
    assert PARSER.parse_override(word).value() == {
        "dataset.path": "choice(a b,ü)",
        "lr": "tag(log, interval(1,2))",
        "m": "1,2",
    }


def test_null_stays_null():
    assert protect(["dataset.path=null"]) == ["dataset.path=null"]
    assert through_hydra("dataset.path=null")[0] is None
    assert through_hydra("dataset.path=Null")[0] == "Null"


@pytest.mark.parametrize("sign", ["+", "++"])
def test_signs_stay_before_the_key(sign):
    (word,) = protect([f"{sign}dataset.path=a b"])
    assert word == f"{sign}dataset.path='a b'"


@pytest.mark.parametrize(
    "word",
    [
        *("model=lstm,gru", "optimizer.lr=1e-3", "dataset.batch_size=${seed}", "-m", "--cfg=job"),
        *(
            "dataset.paths=a b",
            "xdataset.path=a b",
            "~dataset.path",
            "path=a,b",
            "dataset.path",
            "",
        ),
    ],
)
def test_other_words_pass_as_they_are(word):
    assert protect([word]) == [word]


def test_a_protected_value_is_no_interpolation_for_the_check():
    config = OmegaConf.create({"a": r"\${oc.env:HOME}", "b": {"c": [r"x\${oc.env:HOME}"]}})
    with pytest.raises(Exception, match="unknown setting 'a'"):
        check(config)


def test_take_out():
    arguments = ["a=1", "resume=x=y ", "b", "resumed=1", "resume=", "c=resume=2"]
    assert take_out(arguments, "resume") == ("", ["a=1", "b", "resumed=1", "c=resume=2"])
    assert take_out(["a=1"], "resume") == (None, ["a=1"])
    assert arguments[1] == "resume=x=y "


TARGETS = {
    "optimizer._target_=a.B optimizer.lr=1": "~optimizer optimizer._target_=a.B optimizer.lr=1",
    "optimizer=adam optimizer._target_=a.B": "optimizer=adam optimizer._target_=a.B",
    "~optimizer optimizer._target_=a.B": "~optimizer optimizer._target_=a.B",
    "optimizer._target_=choice(a.B,a.C)": "~optimizer optimizer._target_=choice(a.B,a.C)",
    "optimizer.lr=1": "optimizer.lr=1",
    "scheduler={_target_:a.B,x:[1,{y:z}],w:'1'}": "~scheduler scheduler._target_=a.B "
    "scheduler.x=[1,{y:z}] scheduler.w='1'",
    "callbacks={a:{_target_:a.B}}": "callbacks.a={_target_:a.B}",
    "callbacks.a._target_=a.B": "callbacks.a._target_=a.B",
    "scheduler={_target_": "scheduler={_target_",  # Hydra's affair
}


@pytest.mark.parametrize("typed", TARGETS)
def test_a_target_takes_the_place_of_a_choice(typed):
    protected = protect(typed.split(" "), grid=True)
    assert protected == TARGETS[typed].split(" ")
    assert protect(protected, grid=True) == protected


def test_several_groups_in_braces():
    with pytest.raises(ConfigError, match="several are searched by their parts"):
        protect(["scheduler={_target_: a},{_target_: b}"], grid=True)


def test_init_is_short_for_its_run():
    assert protect(["init=a b/c,d"]) == ["init.run='a b/c,d'"]
    assert protect(["init=null"]) == ["init.run=null"]
    assert protect(["init=null,outputs/a"], grid=True) == ["init.run=null,'outputs/a'"]
