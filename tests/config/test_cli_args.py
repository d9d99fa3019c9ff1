import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.config.cli_args import argument, describe, parse_arguments, wants_help
from charlab.config.cli_options import EvaluateArguments, PredictArguments, SampleArguments
from charlab.errors import ConfigError

DOORS = [SampleArguments, PredictArguments, EvaluateArguments]


@dataclasses.dataclass(frozen=True)
class Words:
    text: str = argument("", "any text")
    count: int = argument(3, "how many")
    heat: float | None = argument(None, "how hot")
    on: bool = argument(True, "whether")


@given(st.text(st.characters(categories=None)))
def test_a_text_is_taken_to_the_letter(text):
    assert parse_arguments(Words, [f"text={text}"]).text == text


def test_values_have_their_key_s_type():
    read = parse_arguments(Words, ["count=-12", "heat=1e-3", "on=FALSE"])
    assert read == Words("", -12, 0.001, False)
    assert parse_arguments(Words, []) == Words("", 3, None, True)
    assert parse_arguments(Words, ["count=1", "count=2"]).count == 2


def test_all_faults_at_once_and_the_nearest_key():
    arguments = ["cuont=1", "count=2.5", "on=1", "heat=", "hello", "on=yes=no", "zzz=1", "hea=1"]
    arguments += ["--count", "5", "--heat=x y", "on", "true", "-q"]
    with pytest.raises(ConfigError) as caught:
        parse_arguments(Words, arguments)
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


@pytest.mark.parametrize(("item", "wanted"), [("-h", True), ("--help", True), ("help", True)])
def test_help_is_asked_for(item, wanted):
    assert wants_help(["text=x", item]) is wanted
    assert not wants_help(["text=--help", f"text={item}"])


@pytest.mark.parametrize("command_line", DOORS)
def test_help_explains_every_word_within_80_columns(command_line, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = describe(command_line)
    lines = text.split("\n")
    assert lines[0] == f"{command_line.command}: {command_line.purpose}"
    assert f"  python {command_line.command} {command_line.examples[0]}" in lines
    assert max(map(len, lines)) <= 80
    together = " ".join(text.split())
    for field in dataclasses.fields(command_line):
        default = "" if field.default is None else str(field.default)
        typed = f"{field.metadata['key'] or field.name}={default}"
        shown = typed.lower() if isinstance(field.default, bool) else typed
        assert f" {shown.rstrip()} {field.metadata['help']}" in together
