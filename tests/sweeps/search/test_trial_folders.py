"""Whose a trial's folder is, and what becomes of one that another study's trial left there."""

import json
import shutil
from pathlib import Path

import pytest

from charlab.errors import RunInUseError, SweepError
from charlab.runs import folder as runs
from charlab.sweeps.search.study import create
from charlab.sweeps.search.trial_folders import (
    MARKER,
    belongs,
    read_mapping,
    require_no_trials,
    take_folder,
)
from tests.sweeps.toys import Worker, toy_spec, toy_sweep


def left_over(folder: Path, word: str = "theirs") -> Path:
    """A run of another sweep."""
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps({"word": word}))
    return folder


def test_a_new_folder_is_the_trial_s_own(tmp_path: Path) -> None:
    folder = tmp_path / "sweep" / "0"
    take_folder(folder, "a")
    assert belongs(folder, "a")
    assert not belongs(folder, "b")
    assert not belongs(folder, None)
    assert [path.name for path in folder.iterdir()] == [MARKER]


def test_what_a_trial_of_its_own_left_stays(tmp_path: Path) -> None:
    """It goes on there after its process died."""
    folder = tmp_path / "0"
    take_folder(folder, "a")
    (folder / "metrics.json").write_text("{}")
    take_folder(folder, "a")
    assert sorted(path.name for path in folder.iterdir()) == ["metrics.json", MARKER]


def test_what_a_trial_of_an_earlier_version_left_stays(tmp_path: Path) -> None:
    """It had no identity, and its folder no marker."""
    folder = left_over(tmp_path / "0")
    take_folder(folder, None)
    assert belongs(folder, None)
    assert [path.name for path in tmp_path.iterdir()] == ["0"]


@pytest.mark.parametrize("identity", ["new", None])
def test_another_study_s_trial_is_moved_aside(
    identity: str | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Time and again, and nothing of it is lost."""
    folder = tmp_path / "0"
    for number in (1, 2, 3):
        shutil.rmtree(folder, ignore_errors=True)
        left_over(folder, f"of {number}")
        (folder / MARKER).write_text(json.dumps({"identity": f"old {number}"}))
        take_folder(folder, identity)
        assert not (folder / "metrics.json").exists()
        assert belongs(folder, identity)
        aside = tmp_path / f"0.left-over-{number}"
        assert caplog.messages[-1] == (
            f"{folder} held a run of another sweep, which is {aside.name} now; the trial is new"
        )
    for number in (1, 2, 3):
        aside = tmp_path / f"0.left-over-{number}"
        assert read_mapping(aside / "metrics.json") == {"word": f"of {number}"}


def test_a_folder_without_a_run_is_not_moved(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "note.txt").write_text("the user's own")
    take_folder(tmp_path / "0", "a")
    assert [path.name for path in tmp_path.iterdir()] == ["0"]
    assert (tmp_path / "0" / "note.txt").exists()


def test_a_run_that_goes_on_is_not_moved(tmp_path: Path) -> None:
    folder = left_over(tmp_path / "0")
    with runs.exclusive(folder), pytest.raises(RunInUseError, match="goes on in another process"):
        take_folder(folder, "a")
    assert read_mapping(folder / "metrics.json") == {"word": "theirs"}
    take_folder(folder, "a")
    assert belongs(folder, "a")


@pytest.mark.parametrize(
    ("names", "counted"),
    [
        ([], None),
        (["finalists", "0.left-over-1", ".locks", "-1", "1.5"], None),
        (["0"], "1 trial"),
        (["0", "1", "12"], "3 trials"),
    ],
)
def test_a_new_study_wants_a_folder_without_trials(
    names: list[str], counted: str | None, tmp_path: Path
) -> None:
    for name in names:
        left_over(tmp_path / name)
    (tmp_path / "7").mkdir()  # in which nothing is
    (tmp_path / "8").write_text("")
    if counted is None:
        require_no_trials(tmp_path)
        require_no_trials(tmp_path / "nowhere")
        return
    with pytest.raises(SweepError) as raised:
        require_no_trials(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} holds {counted} of a sweep that is not in this storage: choose another "
        "sweep.name, or move that folder away"
    )


def test_a_study_that_lost_its_storage_is_not_begun_over_its_trials(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    claimed = Worker(location).taken(1)
    take_folder(location.folder / "0", claimed.identity)
    (location.folder / "study.db").unlink()
    with pytest.raises(SweepError, match="holds 1 trial of a sweep that is not in this storage"):
        create(location, toy_spec())


@pytest.mark.parametrize("text", ["", "[1]", "{", "null", "[" * 5000, "\udcff", "{}"])
def test_a_marker_that_cannot_be_read_is_nobody_s(text: str, tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text(text, encoding="utf-8", errors="surrogateescape")
    assert read_mapping(tmp_path / MARKER) == {}
    assert not belongs(tmp_path, "a")
    assert read_mapping(tmp_path) == {}  # a folder
