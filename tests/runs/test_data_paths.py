"""Where a run's data lie: the same files from every folder, or a line that says what to do."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.config import RunOptions
from charlab.errors import DataError
from charlab.runs.data_paths import AGAIN, absolute_paths, located, take_paths

Make = Callable[..., RunOptions]


@pytest.fixture
def make(compose_options: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Options as typed in a folder that the test is in; texts lie there and at home."""
    for place in ("here", "home"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "text.txt").write_text(place)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "here")
    options = compose_options("dataset=text")

    def make(**paths: str | None) -> RunOptions:
        given: dict[str, Any] = {"path": None, **paths}
        dataset = dataclasses.replace(options.dataset, **given)
        return dataclasses.replace(options, dataset=dataset)

    return make


@pytest.mark.parametrize("typed", ["text.txt", "~/text.txt", "*.txt", ".", "../here/text.txt"])
def test_the_same_files_from_everywhere(
    typed: str, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = make(path=typed)
    stored = absolute_paths(options)
    assert stored.keys() == {"path"}
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("HOME", "/nowhere")
    found = located(options, stored).dataset.path
    assert found == stored["path"]
    assert found is not None
    assert Path(found).is_absolute()
    place = Path(found)
    files = [place] if place.is_file() else [*place.parent.glob(place.name), *place.glob("*.txt")]
    expected = "home" if typed.startswith("~") else "here"
    assert expected in [file.read_text() for file in files if file.is_file()]


def test_a_folder_that_is_called_like_home_is_taken_literally(make: Make, tmp_path: Path) -> None:
    (tmp_path / "here" / "~").mkdir()
    (tmp_path / "here" / "~" / "text.txt").write_text("literal")
    assert absolute_paths(make(path="~/text.txt")) == {"path": str(tmp_path / "here/~/text.txt")}


def test_each_path_is_found_and_none_stays_none(make: Make, tmp_path: Path) -> None:
    options = make(path="text.txt", val_path="~/text.txt")
    stored = absolute_paths(options)
    assert stored == {
        "path": str(tmp_path / "here" / "text.txt"),
        "val_path": str(tmp_path / "home" / "text.txt"),
    }
    dataset = located(options, stored).dataset
    assert (dataset.path, dataset.val_path, dataset.test_path) == (*stored.values(), None)
    assert absolute_paths(make()) == {}
    assert located(make(), {}) == make()


def test_data_that_moved_with_the_folder_are_where_they_were_typed(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = make(path="text.txt")
    stored = absolute_paths(options)
    (tmp_path / "here").rename(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    assert located(options, stored).dataset.path == "text.txt"
    (tmp_path / "there" / "text.txt").unlink()
    with pytest.raises(DataError) as caught:
        located(options, stored)
    assert str(caught.value) == (
        f"the data of this run are not at {stored['path']!r} any more: say where they are now "
        "with dataset.path=…"
    )


@pytest.mark.parametrize("name", ["path", "val_path", "test_path"])
def test_standard_input_cannot_be_read_again(name: str, make: Make) -> None:
    options = make(**{name: "-"})
    assert absolute_paths(options) == {name: "-"}
    with pytest.raises(DataError, match=rf"^this run .*: give the same .* dataset\.{name}=FILE$"):
        located(options, {name: "-"})


VALUES = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    paths=st.dictionaries(st.sampled_from(AGAIN), VALUES),
    rest=st.lists(st.sampled_from(["trainer.max_steps=9", "seed=2", "dataset.paths=x", "path=y"])),
    data=st.data(),
)
def test_paths_are_taken_out_to_the_letter(
    paths: dict[str, str], rest: list[str], data: st.DataObject
) -> None:
    words = list(rest)
    for name, value in paths.items():
        words.insert(data.draw(st.integers(0, len(words))), f"dataset.{name}={value}")
    before = list(words)
    assert take_paths(words) == (paths, rest)
    assert words == before
