"""The fields of a schema and their dotted keys."""

import dataclasses
from typing import Annotated, Any, ClassVar

import pytest

from charlab.config import RunOptions
from charlab.config.constraints import FREE_TEXT, ByName, at_least
from charlab.config.fields import (
    choices_with,
    dotted_keys,
    fields_of,
    flat,
    free_text_keys,
    type_of,
)
from charlab.config.targets import OptimizerTarget
from tests.config.colors import Blue, Red


@dataclasses.dataclass(frozen=True)
class Inner:
    size: Annotated[int, at_least(1)]
    place: Annotated[str | None, FREE_TEXT]


@dataclasses.dataclass(frozen=True)
class Outer:
    known: ClassVar[int] = 3
    inner: Inner
    color: Annotated[Red | Blue, ByName({"red": Red, "blue": Blue}, OptimizerTarget)]
    maybe: Inner | None
    path: Annotated[str, FREE_TEXT]
    pair: tuple[float, int]


def test_what_is_annotated_of_each_field() -> None:
    fields = fields_of(Outer)
    assert list(fields) == ["inner", "color", "maybe", "path", "pair"]
    assert fields_of(Inner)["size"].rule is not None
    assert fields["color"].target is OptimizerTarget
    assert [name for name, field in fields.items() if field.optional] == ["maybe"]
    assert [name for name, field in fields.items() if field.free_text] == ["path"]
    assert fields["maybe"].nested({}) is fields["inner"].nested(None) is Inner
    assert fields["color"].nested({"name": "blue"}) is Blue
    assert fields["path"].nested({}) is None


@pytest.mark.parametrize(
    ("data", "color"),
    [
        ({"color": {"name": "blue"}}, ["color.name", "color.depth"]),
        ({"color": {"name": "red"}}, ["color.name", "color.heat"]),
        ({"color": {"_target_": "a.B", "lr": 3}}, ["color._target_", "color.lr"]),
        ({}, ["color.name", "color.heat", "color.depth"]),
    ],
)
def test_keys_of_the_chosen_options_or_of_all(data: dict[str, Any], color: list[str]) -> None:
    maybe = ["maybe.size", "maybe.place"]
    expected = ["inner.size", "inner.place", *color, *maybe, "path", "pair"]
    assert list(dotted_keys(Outer, data)) == expected
    assert list(dotted_keys(Outer, {**data, "maybe": None}))[-3:] == ["maybe", "path", "pair"]


def test_the_choices_that_have_a_setting() -> None:
    assert choices_with(Outer, "color.heat") == ["color=red"]
    assert choices_with(Outer, "color.name") == ["color=red", "color=blue"]
    assert choices_with(Outer, "inner.size") == []


def test_free_text_is_what_names_files_and_folders() -> None:
    assert list(free_text_keys(Outer, "a.")) == ["a.inner.place", "a.maybe.place", "a.path"]
    columns = {"text_column", "label_column", "tag_column", "target_column"}
    dataset = {"name", "path", "val_path", "test_path", "url", *columns}
    loggers = {"wandb.project", "wandb.entity", "mlflow.tracking_uri", "mlflow.experiment"}
    expected = {f"dataset.{key}" for key in dataset} | {f"logger.{key}" for key in loggers}
    expected |= {"output_dir", "init.run"}
    assert set(free_text_keys(RunOptions)) == expected


def test_nested_settings_by_their_dotted_keys() -> None:
    nested = {"a": {"b": 1, "c": {"d": [2]}}, "e": None, "f": {}}
    assert list(flat(nested)) == [("a.b", 1), ("a.c.d", [2]), ("e", None)]


def test_the_type_that_is_no_none() -> None:
    assert [type_of(hint) for hint in (int, int | None, None | str)] == [int, int, str]
