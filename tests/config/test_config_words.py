import dataclasses
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.config.door_options import EvaluateWords, PredictWords, SampleWords
from charlab.config.rules import at_least
from charlab.config.schema import TrainerOptions
from charlab.config.words import convert, describe, read_words, wants_help, word
from charlab.decoding.settings import DecodingSettings
from charlab.errors import ConfigError

DOORS = [SampleWords, PredictWords, EvaluateWords]


@dataclasses.dataclass(frozen=True)
class Words:
    text: str = word("", "any text")
    count: int = word(3, "how many")
    heat: float | None = word(None, "how hot")
    on: bool = word(True, "whether")


@given(st.text(st.characters(categories=None)))
def test_a_text_is_taken_to_the_letter(text):
    assert read_words(Words, [f"text={text}"], "x.py").text == text


def test_values_have_their_key_s_type():
    read = read_words(Words, ["count=-12", "heat=1e-3", "on=FALSE"], "x.py")
    assert read == Words("", -12, 0.001, False)
    assert read_words(Words, [], "x.py") == Words("", 3, None, True)
    assert read_words(Words, ["count=1", "count=2"], "x.py").count == 2


def test_all_faults_at_once_and_the_nearest_key():
    words = ["cuont=1", "count=2.5", "on=1", "heat=", "hello", "on=yes=no", "zzz=1", "hea=1"]
    words += ["--count", "5", "--heat=x y", "on", "true", "-q"]
    with pytest.raises(ConfigError) as caught:
        read_words(Words, words, "x.py")
    assert str(caught.value).split("\n") == [
        "unknown setting 'cuont': did you mean 'count'?",
        "count= must be a whole number, got '2.5'",
        "on= must be true or false, got '1'",
        "heat= must be a number, got ''",
        "'hello' is not of the form key=value: --help lists what there is",
        "on= must be true or false, got 'yes=no'",
        "unknown setting 'zzz': --help lists all there are",
        "unknown setting 'hea': did you mean 'heat'?",
        "'--count' is not of the form key=value: did you mean count=5?",
        "'--heat=x y' is not of the form key=value: did you mean heat='x y'?",
        "'on' is not of the form key=value: did you mean on=true?",
        "'-q' is not of the form key=value: --help lists what there is",
    ]


def test_annotated_types_are_read_as_what_they_annotate():
    assert convert(Annotated[int | None, at_least(1)], "7") == 7
    assert convert(Annotated[float, at_least(1)], "7") == 7.0
    with pytest.raises(ValueError, match="invalid literal"):
        convert(Annotated[int | None, at_least(1)], "x")
    for field in dataclasses.fields(TrainerOptions):  # what resume= converts
        text = "false" if field.type is bool else "3"
        assert convert(field.type, text) in (3, False, "3")


@pytest.mark.parametrize(("item", "wanted"), [("-h", True), ("--help", True), ("help", True)])
def test_help_is_asked_for(item, wanted):
    assert wants_help(["text=x", item]) is wanted
    assert not wants_help(["text=--help", f"text={item}"])


@pytest.mark.parametrize("door", DOORS)
def test_help_explains_every_word(door):
    text = describe(door, "x.py", "does something", ["run=latest", "a=b"])
    lines = text.split("\n")
    assert lines[0] == "x.py: does something"
    assert "  python x.py run=latest" in lines
    for field in dataclasses.fields(door):
        (line,) = [
            line for line in lines if line.startswith(f"  {field.metadata['key'] or field.name}=")
        ]
        assert field.metadata["help"] in line
        shown = str(field.default).lower()
        assert (f"[{shown}]" in line) == (field.default not in (None, ""))


@pytest.mark.parametrize("door", DOORS)
def test_defaults_are_of_their_types(door):
    for field in dataclasses.fields(door):
        if field.default is not None:
            assert convert(field.type, str(field.default)) == field.default


def test_the_door_offers_every_setting_of_decoding():
    names = {field.name for field in dataclasses.fields(DecodingSettings)}
    assert names <= {field.name for field in dataclasses.fields(SampleWords)}
    DecodingSettings(**{name: getattr(SampleWords(), name) for name in names})
