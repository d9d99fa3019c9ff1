import os
from pathlib import Path

import pytest

from charlab.data.documents.files.files import files_below, locate
from charlab.errors import DataError


def refused(what, *arguments) -> str:
    """The message of a DataError, which is one line."""
    with pytest.raises(DataError) as error:
        what(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "plain.txt",
        "two words.txt",
        "a,b=c.txt",
        'it\'s "it".txt',
        "x[1].txt",
        "wh*t?.txt",
        "日本.txt",
    ],
)
def test_what_exists_is_taken_literally(tmp_path, name):
    (tmp_path / name).touch()
    (tmp_path / "x1.txt").touch()
    assert locate(str(tmp_path / name)) == tmp_path / name


def test_a_pattern_in_a_folder_with_brackets(tmp_path):
    folder = tmp_path / "novels [old]"
    folder.mkdir()
    (folder / "b.txt").touch()
    (folder / "a.txt").touch()
    assert locate(str(folder / "*.txt")) == [folder / "a.txt", folder / "b.txt"]


def test_two_stars_reach_into_subfolders_and_find_each_file_once(tmp_path):
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    files = [tmp_path / "a.txt", tmp_path / "sub" / "a.txt", tmp_path / "sub" / "deep" / "a.txt"]
    for file in files:
        file.touch()
    assert locate(str(tmp_path / "**" / "*.txt")) == files
    assert locate(str(tmp_path / "**" / "**" / "*.txt")) == files


def test_a_walk_in_circles_ends(tmp_path):
    """Two links that lead back up would make more paths than anybody can wait for."""
    (tmp_path / "sub").mkdir()
    for name in ("a", "b", "sub/c"):
        (tmp_path / name).symlink_to(tmp_path)
    (tmp_path / "sub" / "x.txt").touch()
    assert locate(str(tmp_path / "**" / "*.txt")) == [tmp_path / "sub" / "x.txt"]
    assert locate(str(tmp_path / "**")) == [tmp_path / "sub" / "x.txt"]
    assert files_below(tmp_path)[0] == [tmp_path / "sub" / "x.txt"]


@pytest.mark.parametrize("target", ["loop", "nowhere"])
def test_a_link_that_leads_nowhere(tmp_path, target):
    (tmp_path / "loop").symlink_to(tmp_path / target)
    assert "is a link that leads nowhere or in a circle" in refused(locate, str(tmp_path / "loop"))


def test_patterns_fit_parts_of_a_path(tmp_path):
    for name in ("a/x/1.txt", "a/y/x/2.txt", "x/3.txt", "b/.git/x/4.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [str(file.relative_to(tmp_path)) for file in locate(f"{tmp_path}/**/x/*.txt")]
    assert found == ["a/x/1.txt", "a/y/x/2.txt", "x/3.txt"]
    assert locate(f"{tmp_path}/a/**/[12].txt") == [
        tmp_path / p for p in ("a/x/1.txt", "a/y/x/2.txt")
    ]


def test_a_relative_pattern(tmp_path, monkeypatch):
    (tmp_path / "a.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert locate("*.txt") == [Path("a.txt")]


def test_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "novel.txt").touch()
    assert locate("~/novel.txt") == tmp_path / "novel.txt"
    assert locate("~/*.txt") == [tmp_path / "novel.txt"]
    assert "there is no '~nobody-of-that-name/x'" in refused(locate, "~nobody-of-that-name/x")


@pytest.mark.parametrize(
    ("missing", "there"),
    [
        ("my_novell.txt", "my_novel.txt"),
        ("MY_NOVEL.TXT", "my_novel.txt"),
        ("Gro\u0308ße.txt", "Größe.txt"),
        ("novels", "novel"),
    ],
)
def test_a_missing_file_names_its_like(tmp_path, missing, there):
    for name in ("zebra.csv", there):
        (tmp_path / name).touch()
    message = refused(locate, str(tmp_path / missing))
    assert f"there is no {str(tmp_path / missing)!r}" in message
    assert f"did you mean {str(tmp_path / there)!r}?" in message


def test_a_missing_file_without_a_like(tmp_path):
    (tmp_path / "zebra.csv").touch()
    assert refused(locate, str(tmp_path / "novel.txt")).endswith("novel.txt'")
    message = refused(locate, str(tmp_path / "nowhere" / "novel.txt"))
    assert f"its folder {str(tmp_path / 'nowhere')!r} is not there" in message


def test_a_missing_name_with_a_newline_stays_on_one_line(tmp_path):
    assert r"a\nb" in refused(locate, str(tmp_path / "a\nb"))


def test_a_name_too_long_for_a_file():
    assert "cannot read" in refused(locate, "x" * 5000)


def test_a_pattern_that_fits_nothing(tmp_path):
    (tmp_path / "folder.txt").mkdir()
    pattern = str(tmp_path / "*.txt")
    assert f"there is no {pattern!r}, and as a pattern it fits no file" in refused(locate, pattern)


@pytest.mark.parametrize("path", ["", "  "])
def test_an_empty_path(path):
    assert "dataset.path is empty" in refused(locate, path)


def test_a_folder_without_files(tmp_path):
    (tmp_path / ".hidden").touch()
    (tmp_path / "sub").mkdir()
    assert "holds no file" in refused(files_below, tmp_path)


def test_links_in_circles_and_what_is_no_regular_file_are_passed_over(tmp_path):
    (tmp_path / "a.txt").touch()
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".hidden").touch()
    files, passed = files_below(tmp_path)
    assert files == [tmp_path / "a.txt", tmp_path / "link.txt"]
    assert [file.name for file in passed] == [".hidden", "broken.txt", "circle", "pipe"]


def test_a_folder_that_may_not_be_listed(tmp_path, monkeypatch):
    def deny(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", deny)
    message = refused(files_below, tmp_path)
    assert message == f"cannot list the folder {str(tmp_path)!r}: Permission denied"
