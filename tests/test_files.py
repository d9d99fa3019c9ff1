import json
import os
from pathlib import Path

import pytest

from charlab.files import (
    open_regular,
    read_bounded,
    same_content,
    user_path,
    write_atomically,
    write_json,
    write_text,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written(tmp_path):
    path = tmp_path / "a.bin"
    write_atomically(path, lambda file: file.write(b"one"))
    write_atomically(path, lambda file: file.write(b"two"))
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_writer_that_fails_leaves_the_old_file(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        file.flush()
        assert path.read_bytes() == b"old"  # nor is it half while it is being written
        raise error("full")

    with pytest.raises(error, match="full"):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_the_data_are_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    happened = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (happened.append("sync"), sync(fd)))
    monkeypatch.setattr(Path, "replace", lambda a, b: (happened.append("rename"), rename(a, b)))
    write_atomically(tmp_path / "a", lambda file: file.write(b"x"))
    assert happened == ["sync", "rename", "sync"]  # the file, its name, the folder


def test_no_folder_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "none" / "a", lambda file: file.write(b"x"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "folder", lambda file: file.write(b"x"))
    assert names(tmp_path) == ["folder"]


@pytest.fixture(params=["links", "no links"])
def maybe_links(request, monkeypatch):
    """With hard links, and as on a file system without."""
    if request.param == "no links":

        def refuse(self, target):
            raise OSError("no hard links here")

        monkeypatch.setattr(Path, "hardlink_to", refuse)


@pytest.mark.usefixtures("maybe_links")
def test_the_same_content_survives_later_writes(tmp_path):
    last, best = tmp_path / "last", tmp_path / "best"
    for content in (b"one", b"two"):
        write_atomically(last, lambda file, content=content: file.write(content))
        same_content(last, best)
        assert best.read_bytes() == content
    write_atomically(last, lambda file: file.write(b"three"))
    assert best.read_bytes() == b"two"
    same_content(last, best)
    same_content(last, best)  # both names are of one file already
    assert (last.read_bytes(), best.read_bytes()) == (b"three", b"three")
    assert names(tmp_path) == ["best", "last"]


@pytest.mark.usefixtures("maybe_links")
def test_the_same_content_of_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        same_content(tmp_path / "none", tmp_path / "copy")
    assert names(tmp_path) == []


def test_json_keeps_order_and_script(tmp_path):
    data = {"z": 1.5, "a": "Ænima", "list": [1, None]}
    write_json(tmp_path / "a.json", data)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert list(json.loads(text).items()) == list(data.items())
    assert "Ænima" in text
    assert text.endswith("}\n")


def test_what_is_no_json_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json(tmp_path / "a.json", {"a": object()})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 1}


def test_text_is_utf_8_to_the_byte(tmp_path):
    text = "Ænima\r\n\u2028\U0001f600"
    write_text(tmp_path / "a.txt", text)
    assert (tmp_path / "a.txt").read_bytes() == text.encode()
    # A file's name may hold bytes that are no UTF-8; they come back as they were.
    write_text(tmp_path / "a.txt", os.fsdecode(b"name-\xff.txt"))
    assert (tmp_path / "a.txt").read_bytes() == b"name-\xff.txt"


def test_json_without_infinities(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"loss": 1.5, "perplexity": float("inf"), "status": "é"})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=lambda word: pytest.fail(f"not JSON: {word}")) == {
        "loss": 1.5,
        "perplexity": None,
        "status": "é",
    }


def test_a_home_that_nobody_has_is_a_name_like_any_other() -> None:
    assert user_path("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    assert user_path("~/x") == Path.home() / "x"


def test_reading_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("a")
    assert read_bounded(tmp_path / "link", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_bounded(tmp_path / "a", 4)
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "none", 4)


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name, message in (("pipe", "not a regular"), ("zero", "not a regular"), (".", "directory")):
        for mode in ("rb", "wb", "ab"):
            with pytest.raises(OSError, match=message):
                open_regular(tmp_path / name, mode)


@pytest.mark.parametrize("mode", ["w", "a", "r+"])
def test_no_link_is_written_through(tmp_path: Path, mode: str) -> None:
    (tmp_path / "target").write_text("kept")
    for name, target in (("link", "target"), ("dangling", "new")):
        (tmp_path / name).symlink_to(target)
        with pytest.raises(OSError, match="symbolic link"):
            open_regular(tmp_path / name, mode, encoding="utf-8")
    assert (tmp_path / "target").read_text() == "kept"
    assert not (tmp_path / "new").exists()
    with open_regular(tmp_path / "target", mode, encoding="utf-8") as file:
        file.write("ok")
