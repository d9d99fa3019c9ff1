"""What the commands understand: their examples, their defaults, what is read out of the words."""

import dataclasses
import shlex
from pathlib import Path
from typing import Any

import pytest

from charlab.config.cli_args import convert, parse_arguments
from charlab.config.cli_options import (
    EvaluateArguments,
    ExportArguments,
    LookArguments,
    PlayArguments,
    PredictArguments,
    ReportArguments,
    SampleArguments,
)
from charlab.config.variants import read_variants
from charlab.decoding.generation_config import GenerationConfig
from charlab.errors import ConfigError

COMMANDS = [
    SampleArguments,
    PredictArguments,
    EvaluateArguments,
    LookArguments,
    ExportArguments,
    ReportArguments,
    PlayArguments,
]


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_read_as_they_stand(command: Any) -> None:
    fields = dataclasses.fields(command)
    names = {field.metadata["key"] or field.name: field.name for field in fields}
    for example in command.examples:
        words = shlex.split(example.partition("<")[0])
        if any(word.startswith("model=") for word in words):
            continue  # of a configuration, which Hydra reads
        typed = dict(word.split("=", 1) for word in words)
        read = [options for _, options in read_variants(command, words)]
        for key, value in typed.items():
            found = {str(getattr(options, names[key])) for options in read}
            assert found in ({value}, set(value.split(","))), example


@pytest.mark.parametrize("command", COMMANDS)
def test_defaults_are_of_their_types_and_among_their_choices(command: Any) -> None:
    for field in dataclasses.fields(command):
        if field.default is not None:
            assert convert(field.type, str(field.default)) == field.default
            rule = field.metadata["rule"]
            assert not rule.choices or rule.holds(field.default)


def test_the_command_offers_every_setting_of_decoding() -> None:
    names = {field.name for field in dataclasses.fields(GenerationConfig)}
    assert names <= {field.name for field in dataclasses.fields(SampleArguments)}
    GenerationConfig(**{name: getattr(SampleArguments(), name) for name in names})


@pytest.mark.parametrize(
    "command", [SampleArguments, EvaluateArguments, LookArguments, PlayArguments]
)
def test_data_are_what_was_given_by_the_dataset_s_settings(command: Any) -> None:
    assert parse_arguments(command, ["run=x"]).data == {}
    words = ["dataset.path=a,b = c", "dataset.url=", "dataset.val_path=ü"]
    assert parse_arguments(command, words).data == {"path": "a,b = c", "val_path": "ü", "url": ""}


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ([], "text"),
        (["output=x.txt"], "text"),
        (["output=a.b/x.CSV"], "csv"),
        (["output=x.tsv"], "tsv"),
        (["output=x.jsonl"], "jsonl"),
        (["output=x.csv", "format=tsv"], "tsv"),
        (["output=x.json", "format=jsonl"], "jsonl"),
        (["format=csv"], "csv"),
    ],
)
def test_samples_are_written_as_the_file_s_ending_says_unless_format_does(
    words: list[str], form: str
) -> None:
    assert parse_arguments(SampleArguments, words).output_format() == form


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["output=x.json"], r"output=x\.json must end in \.txt, \.csv, \.tsv or \.jsonl, or say"),
        (["output=a.csv/x.log"], r"output=a\.csv/x\.log must end in"),
        (["output=x.csv", "format=xml"], "format= must be text, csv, tsv or jsonl, got 'xml'"),
    ],
)
def test_an_open_format_is_one_line(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse_arguments(SampleArguments, words).output_format()
    assert len(caught.value.lines) == 1


def test_runs_to_look_at_stand_between_commas_unless_a_folder_has_them_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a,b").mkdir()
    found = {
        run: LookArguments(run=run).runs for run in ("latest", "a,c", "a,b", "~/a,b", "a,b,c", "")
    }
    assert found == {
        "latest": ("latest",),
        "a,c": ("a", "c"),
        "a,b": ("a,b",),
        "~/a,b": ("~/a,b",),
        "a,b,c": ("a", "b", "c"),
        "": ("",),
    }


def test_names_of_pictures_may_have_spaces_around_them() -> None:
    assert LookArguments().names == ("all",)
    assert LookArguments(pictures=" unit, memory,,units ,").names == ("unit", "memory", "units")
    assert LookArguments(pictures="").names == ()
