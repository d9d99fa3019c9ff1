"""What stands at a path: in a folder that is laid out by hand."""

import gzip
import io
import os
from pathlib import Path

import pytest

from charlab.data.documents.document import Document
from charlab.data.documents.files.entries import Entry, find, shared_folders
from tests.support.reading import make_zip, message_of, read, refused


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the process is in; all paths of tests are below it."""
    (tmp_path / "a" / "deep").mkdir(parents=True)
    for name in ("a/one.txt", "a/deep/two.txt", "a/.hidden"):
        (tmp_path / name).write_text(name)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress("Größe".encode()))
    make_zip(
        tmp_path / "c.ZIP", {"top/d/é.txt": "E", "top/d/f.txt": "FF", "top/.g": "", "top/h": "H"}
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "found", "passed"),
    [
        ("a/one.txt", ["one.txt"], []),
        ("b.txt.gz", ["b.txt.gz"], []),
        ("a", ["deep/two.txt", "one.txt"], [".hidden"]),
        ("a/deep", ["two.txt"], []),
        ("a/*.txt", ["one.txt"], []),
        ("**/*.txt", ["deep/two.txt", "one.txt"], []),
        ("c.ZIP", ["d/f.txt", "d/é.txt", "h"], ["top/.g"]),
        ("c.ZIP/top/d", ["f.txt", "é.txt"], ["top/.g"]),
        ("c.ZIP/top/d/é.txt", ["é.txt"], ["top/.g"]),
        ("*.ZIP", ["d/f.txt", "d/é.txt", "h"], ["top/.g"]),
        (
            ".",
            [
                "a/deep/two.txt",
                "a/one.txt",
                "b.txt.gz",
                "c/top/d/f.txt",
                "c/top/d/é.txt",
                "c/top/h",
            ],
            ["a/.hidden", "top/.g"],
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_a_path_stands_for(path: str, found: list[str], passed: list[str]) -> None:
    there = find(path)
    assert ["/".join(entry.parts) for entry in there.entries] == found
    assert list(there.passed) == passed
    assert there.pattern == ("*" in path)
    assert there.single == (path in ("a/one.txt", "b.txt.gz", "c.ZIP/top/d/é.txt"))


@pytest.mark.parametrize(
    ("path", "title", "name", "size", "data"),
    [
        ("a/one.txt", "'a/one.txt'", "one.txt", 9, b"a/one.txt"),
        ("b.txt.gz", "'b.txt.gz'", "b.txt", None, "Größe".encode()),
        ("c.ZIP/top/d/é.txt", "'top/d/é.txt' in 'c.ZIP'", "é.txt", 1, b"E"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_known_of_an_entry(
    path: str, title: str, name: str, size: int | None, data: bytes
) -> None:
    (entry,) = find(path).entries
    assert (entry.title, entry.name, entry.known_size()) == (title, name, size)
    assert b"".join(entry.blocks()) == data
    assert b"".join(entry.blocks(1, 2)) == data[1:3]


def test_standard_input_has_no_name() -> None:
    entry = Entry(Path("spooled.gz"), ())
    assert (entry.title, entry.name) == ("standard input", "")


def test_a_title_is_one_line_whatever_the_file_is_called(folder: Path) -> None:
    make_zip(folder / "x\ny.zip", {"a\nb.txt": b"\xff"})
    assert r"'a\nb.txt' in 'x\ny.zip' is not utf-8 text" in refused("x\ny.zip")
    make_zip(folder / "x\nz.zip", {"a.tar": b"-"})
    assert r"'a.tar' in 'x\nz.zip' is packed in a way" in refused("x\nz.zip")


def test_an_entry_is_told_from_every_other_and_from_what_it_was(folder: Path) -> None:
    entries = [*find("a").entries, *find("c.ZIP").entries]
    known = {entry.identity(encoding) for entry in entries for encoding in ("utf-8", "latin-1")}
    assert len(known) == 2 * len(entries) == 10
    assert {entry.identity("utf-8") for entry in find(str(folder)).entries} > {
        entry.identity("utf-8") for entry in entries
    }  # however they were named
    os.utime(folder / "c.ZIP", ns=(1, 1))
    assert find("c.ZIP").entries[0].identity("utf-8") not in known


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("c.ZIP/top/x", "'c.ZIP' holds no 'top/x' to read"),
        ("c.ZIP/d", "'c.ZIP' holds no 'd' to read"),
        ("c.ZIP/top/.g", "'c.ZIP' holds no 'top/.g' to read"),
        (
            "a/c.zip/x",
            "dataset.path: there is no 'a/c.zip/x'; its folder 'a/c.zip' is not there or",
        ),
        ("a/one.txt/x", "dataset.path: there is no 'a/one.txt/x'; its folder 'a/one.txt' is not"),
        (f"{'x' * 300}.zip/x", f"cannot read '{'x' * 300}.zip/x': File name too long"),
        ("a\0b.zip/x", r"dataset.path: there is no 'a\x00b.zip/x'; its folder 'a\x00b.zip' is not"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_path_that_leads_nowhere(path: str, message: str) -> None:
    assert message_of(lambda: find(path)).startswith(message)


@pytest.mark.parametrize(
    ("places", "shared"),
    [
        ([], 0),
        (["x"], 0),
        (["a/b/x"], 2),
        (["a/b/x", "a/b/y"], 2),
        (["a/b/x", "a/c/x"], 1),
        (["a/b/x", "c/b/x"], 0),
        (["a/b/x", "a/y"], 1),
        (["a/a", "a"], 0),  # a file is no folder
    ],
)
def test_folders_that_all_files_share(places: list[str], shared: int) -> None:
    assert shared_folders(tuple(place.split("/")) for place in places) == shared


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.TGZ", "a.7z", "a.txt.zst", "a.tar.xz"])
def test_what_is_not_read_in_place_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    message = refused(tmp_path / name)
    assert f"{name}' is packed in a way that is not read in place (.gz, .bz2, .xz and" in message
    assert refused(tmp_path) == message


@pytest.mark.parametrize("name", ["v1.tar.txt", "tar.gz", "notes.7z.txt", "gz"])
def test_what_only_looks_so_is_read(tmp_path: Path, name: str) -> None:
    data = b"text"
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert read(tmp_path / name) == [Document("text")]


def test_archives_among_files(tmp_path: Path) -> None:
    make_zip(tmp_path / "old.zip", {"1.txt": "one", "2.txt": "two"})
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "3.txt").write_text("three")
    assert read(tmp_path) == [
        Document("three", "new"),
        Document("one", "old"),
        Document("two", "old"),
    ]


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    make_zip(inner, {"a.txt": "x"})
    archive = make_zip(tmp_path / "a.zip", {"inner.zip": inner.getvalue()})
    assert "'inner.zip' in" in refused(archive)
    assert "not read in place" in refused(archive)
