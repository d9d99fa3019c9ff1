"""A run's ``.hydra`` folder: read as OmegaConf reads it, and whatever else it holds refused."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from charlab.runs.saved_config import read_overrides, read_yaml

# What YAML would take for something else where it is not in quotes.
TRICKY = ["1e3", "1e-3", "1.5e3", "2020-01-01", "null", "~", "yes", "0x1F", "1:30", "-", "=", "<<"]
TRICKY += [".inf", "017", "1_000", "é: x", "a=b,c", "!!int 3", "*a", "&a", "?", "", " a ", "# b"]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])).filter(
    lambda text: "${" not in text  # an interpolation
)
LEAF = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False)
DATA = st.recursive(
    LEAF | TEXT | st.sampled_from(TRICKY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@given(data=st.dictionaries(st.sampled_from("abcdef"), DATA, min_size=1))
def test_what_omegaconf_wrote_comes_back(
    data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(OmegaConf.to_yaml(OmegaConf.create(data)), encoding="utf-8")
    assert read_yaml(path) == data


UNQUOTED = ["1e-3", "1E3", "+2e5", "-1e0", "1.5e-3", "1e", "e3", "a1e3", "2020-01-01", "2020-13-45"]


@pytest.mark.parametrize("text", UNQUOTED)
def test_values_without_quotes_are_those_of_omegaconf(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"a: {text}")
    expected = OmegaConf.to_container(OmegaConf.load(tmp_path / "a.yaml"))
    assert repr(read_yaml(tmp_path / "a.yaml")) == repr(expected)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


HARMFUL = {
    "an alias": "a: &a [x]\nb: *a",
    "a circle": "a: &a [*a]",
    "21 levels": nested(21),
    "very many levels": nested(5000),
    "a tag of code": "a: !!python/object/apply:os.getcwd []",
    "an unknown tag": "a: !mine x",
    "no boolean": "a: !!bool x",
    "no whole number": "a: !!int ''",
    "no number": "a: !!float ''",
    "no time": "a: !!timestamp x",
    "too long a number": "a: " + "9" * 5000,
    "a list for a name": "? [1]\n: 2",
    "a merge of nothing": "<<: 3",
    "two documents": "--- a\n--- b",
    "half a list": "[a",
    "a zero": "a: \0",
    "a large file": "a" * (256 * 2**10 + 1),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_anything_else_is_refused(case: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HARMFUL[case])
    with pytest.raises((ValueError, OSError)):
        read_yaml(tmp_path / "a.yaml")


TAGS = ["int", "float", "bool", "null", "timestamp", "binary", "set", "omap", "pairs", "seq", "map"]
TAGS += ["str", "merge", "value"]
VALUES = ["''", "x", "[]", "{}", "[1]", "{a:1}", "0x", "'-'", "'1:'", "'.'", "0b2", "é", "[{a:1}]"]


@pytest.mark.parametrize("tag", TAGS)
def test_a_value_of_another_kind_than_its_tag_is_refused_or_read(tag: str, tmp_path: Path) -> None:
    for value in VALUES:
        (tmp_path / "a.yaml").write_text(f"a: !!{tag} {value}")
        with suppress(ValueError):  # and no other exception
            assert isinstance(read_yaml(tmp_path / "a.yaml"), dict)


def test_as_deep_and_as_large_as_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(nested(20))
    assert str(read_yaml(tmp_path / "a.yaml")) == nested(20)
    (tmp_path / "a.yaml").write_text("a" * 256 * 2**10)
    assert len(read_yaml(tmp_path / "a.yaml")) == 256 * 2**10


WORDS = ["model=gru", "dataset.path='a, b'", "seed=1e3", "task.prompt=日本"]


@pytest.mark.parametrize("words", [[], WORDS[:1], WORDS], ids=len)
def test_the_words_of_a_run_come_back(words: list[str], tmp_path: Path) -> None:
    (tmp_path / ".hydra").mkdir()
    OmegaConf.save(OmegaConf.create(words), tmp_path / ".hydra" / "overrides.yaml")
    assert read_overrides(tmp_path) == tuple(words)


@pytest.mark.parametrize(
    "content",
    [None, "pipe", b"", b"{", b"a: b", b"[1]", b"[a=b, [c]]", b"\xff", b"a: &a [*a]", b"!!bool x"],
    ids=repr,
)
def test_words_that_are_not_known_are_none(content: bytes | str | None, tmp_path: Path) -> None:
    (tmp_path / ".hydra").mkdir()
    path = tmp_path / ".hydra" / "overrides.yaml"
    if content == "pipe":
        os.mkfifo(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    assert read_overrides(tmp_path) is None
