import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import types
from pathlib import Path

import pytest

from charlab.errors import DataError, line_about_the_machine
from charlab.system.files import (
    clean_up,
    copy_atomically,
    escape_bytes,
    open_output,
    open_regular,
    read_bounded,
    read_json,
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


def test_a_copy_has_bytes_of_its_own(tmp_path):
    last, best = tmp_path / "last", tmp_path / "best"
    for content in (b"one", b"two"):
        last.write_bytes(content)
        copy_atomically(last, best)
        assert best.read_bytes() == content
    assert last.stat().st_ino != best.stat().st_ino
    with pytest.raises(FileNotFoundError):
        copy_atomically(tmp_path / "none", best)
    assert best.read_bytes() == b"two"
    assert names(tmp_path) == ["best", "last"]


def test_what_a_dead_process_was_writing_is_cleaned_up(tmp_path):
    for name in (".metrics.json.123.tmp", ".a.tmp", "b.1.tmp", ".last.ckpt.7.tmp", "metrics.json"):
        (tmp_path / name).write_text("x")
    clean_up(tmp_path)
    assert names(tmp_path) == [".a.tmp", "b.1.tmp", "metrics.json"]


def test_a_link_under_the_temporary_name_is_not_followed(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / f".a.{os.getpid()}.tmp").symlink_to("kept")
    write_text(tmp_path / "a", "new")
    assert ((tmp_path / "kept").read_text(), (tmp_path / "a").read_text()) == ("kept", "new")


@pytest.mark.parametrize(
    "text", ["", "[1]", "{", "[" * 5000 + "]" * 5000, '{"a": ' + "9" * 5000 + "}", "\0"]
)
def test_json_that_is_no_object_is_refused_and_nothing_worse(tmp_path, text):
    (tmp_path / "a").write_text(text)
    with pytest.raises(ValueError, match=r"."):
        read_json(tmp_path / "a")


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


def test_bytes_of_a_command_line_come_back_from_json(tmp_path):
    said = {"a": os.fsdecode(b"\xe9 \xff"), "b": "é\\ud800 😀"}
    write_json(tmp_path / "a.json", said)
    assert read_json(tmp_path / "a.json") == said


def test_text_is_utf_8_to_the_byte(tmp_path):
    text = "Ænima\r\n\u2028\U0001f600"
    write_text(tmp_path / "a.txt", text)
    assert (tmp_path / "a.txt").read_bytes() == text.encode()
    # A file's name may hold bytes that are no UTF-8; they come back as they were.
    write_text(tmp_path / "a.txt", os.fsdecode(b"name-\xff.txt"))
    assert (tmp_path / "a.txt").read_bytes() == b"name-\xff.txt"
    # Half a character, as JSON or a checkpoint may hold it, has no bytes.
    write_text(tmp_path / "a.txt", "a\ud800b\udfff")
    assert (tmp_path / "a.txt").read_bytes() == "a\ufffdb\ufffd".encode()


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


def test_bytes_of_a_name_that_are_no_utf_8_are_escaped():
    assert escape_bytes(os.fsdecode(b"caf\xe9 \xc3\xa9")) == r"caf\xe9 é"


def put(path, data=b"new"):
    with open_output(str(path)) as file:
        file.write(data)


def test_an_output_takes_the_place_of_a_file_when_it_is_whole_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "a.csv"
    put(path)
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o640)
    with pytest.raises(TypeError):
        put(path, "no bytes")
    assert path.read_bytes() == b"new"
    put(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a.csv"]


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_an_output_follows_links(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    link.symlink_to("folder/target")
    put(link, b"one")  # to a file that is not there yet
    assert (link.is_symlink(), target.read_bytes()) == (True, b"one")
    put(link, b"two")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"two")
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(DataError, match="cannot write output="):
        put(tmp_path / "circle")


def test_a_pipe_is_written_straight(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    put(tmp_path / "link")
    reader.join()
    assert read == [b"new"]
    assert names(tmp_path) == ["link", "pipe"]


def test_a_device_is_written_straight(tmp_path):
    node = tmp_path / "null"
    try:
        os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(1, 3))
        node.write_bytes(b"")
    except OSError:
        pytest.skip("nodes cannot be made or used here")
    put(node)
    assert stat.S_ISCHR(node.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_standard_output_by_name_goes_where_it_goes(tmp_path, name, into):
    if name == "link":
        (tmp_path / "link").symlink_to("/dev/stdout")
        name = str(tmp_path / "link")
    code = f"from charlab.system.files import *\nwith open_output({name!r}) as f: f.write(b'new')"
    out = tmp_path / "out"
    out.write_bytes(b"old ")
    with out.open("ab") as file:
        done = subprocess.run(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE if into == "pipe" else file,
            check=True,
        )
    assert (done.stdout if into == "pipe" else out.read_bytes()) == (
        b"new" if into == "pipe" else b"old new"
    )


def test_an_output_that_cannot_be_written_is_one_line(tmp_path):
    for path in (tmp_path, tmp_path / "none" / "x", tmp_path / ("x" * 300)):
        with pytest.raises(DataError, match=r"^cannot write output=[^\n]*$"):
            put(path)
    put(tmp_path / ("x" * 255))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_files_and_folders(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    for target, mode in ((path, 0o400), (tmp_path, 0o500)):
        before = target.stat().st_mode
        target.chmod(mode)
        with pytest.raises(DataError, match="Permission denied"):
            put(path)
        target.chmod(before)
    assert path.read_bytes() == b"old"


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


def test_a_full_disk_says_where_how_much_and_what_is_whole(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: types.SimpleNamespace(free=1234))
    path = tmp_path / "a.json"
    with pytest.raises(OSError, match=r"a\.json needs 13 bytes") as caught:
        write_json(path, {"a": 1})
    line = f"the disk is full: {tmp_path} has 1,234 bytes left, a.json needs 13 bytes"
    assert line_about_the_machine(caught.value) == line
    assert names(tmp_path) == []
    path.write_text("before")
    with pytest.raises(OSError, match=r"; the one of before is whole$"):
        write_json(path, {"a": 1})
    assert path.read_text() == "before"
