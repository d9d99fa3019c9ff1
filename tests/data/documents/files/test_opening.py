"""The bytes of files, plain and packed, against the bytes that were written."""

import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.document import Document, LongDocument
from charlab.data.documents.files import opening, text_files
from charlab.data.documents.files.opening import allowed, file_blocks, file_state, open_archive
from charlab.errors import DataError
from tests.support.reading import PACKERS, make_zip, message_of, read, refused

DATA = bytes(range(256)) + "Grüße\r\n再见".encode() * 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``plain`` and packed, the same bytes in each."""
    folder = tmp_path_factory.mktemp("packed")
    (folder / "plain").write_bytes(DATA)
    for ending, pack in PACKERS.items():
        (folder / f"file{ending.upper()}").write_bytes(pack(DATA))
    make_zip(folder / "file.ZIP", {"in/a": b"another", "in/it": DATA})
    return folder


@pytest.mark.parametrize("name", ["plain", "file.GZ", "file.BZ2", "file.XZ", "file.ZIP"])
@settings(max_examples=30)
@given(
    start=st.integers(0, len(DATA) + 2),
    size=st.none() | st.integers(0, len(DATA) + 2),
    block=st.integers(1, 200),
)
def test_blocks_are_the_bytes_from_a_place_on(
    folder: Path, name: str, start: int, size: int | None, block: int
) -> None:
    member = "in/it" if name.endswith("ZIP") else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "BLOCK", block)
        blocks = list(file_blocks(folder / name, "it", member, start=start, size=size))
    assert b"".join(blocks) == DATA[start:][:size]
    assert all(0 < len(each) <= block for each in blocks)


@pytest.mark.parametrize("name", ["plain", *PACKERS])
def test_an_empty_file_has_no_block(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"a{name}"
    file.write_bytes(PACKERS.get(name, bytes)(b""))
    assert list(file_blocks(file, "it")) == []


@pytest.mark.parametrize(
    ("packed", "most"),
    [
        (0, 64 * 2**20),
        (64 * 2**20 // 250, 64 * 2**20),  # a small file
        (2**20, 250 * 2**20),
        (2 * 2**30, 256 * 2**30),  # the most of all
    ],
)
def test_what_compressed_bytes_may_unpack_to(packed: int, most: int) -> None:
    assert allowed(packed) == most


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("fault", ["cut off", "another thing"])
def test_a_damaged_file_is_named(tmp_path: Path, ending: str, fault: str) -> None:
    packed = PACKERS[ending](os.urandom(2000).hex().encode())
    data = packed[: len(packed) // 2] if fault == "cut off" else b"plain words, not packed at all"
    (tmp_path / f"a.txt{ending}").write_bytes(data)
    kind = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz"}[ending]
    message = refused(tmp_path / f"a.txt{ending}")
    assert f"a.txt{ending}' is damaged or no {kind} file (" in message
    assert message.endswith("get it again")


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_in_a_single_file_is_bounded(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SMALL", 10_000)
    monkeypatch.setattr(opening, "RATIO", 4)
    monkeypatch.setattr(opening, "BLOCK", 1000)
    (tmp_path / f"a.txt{ending}").write_bytes(PACKERS[ending](b"ha " * 10**5))
    assert "looks like a zip bomb" in refused(tmp_path / f"a.txt{ending}")
    fair = os.urandom(10_000).hex().encode()  # to half its size at the best
    (tmp_path / f"a.txt{ending}").write_bytes(PACKERS[ending](fair))
    assert read(tmp_path / f"a.txt{ending}") == [Document(fair.decode())]


@pytest.mark.parametrize(
    ("at", "bytes_", "message"),
    [
        (10, b"\x63", "'é.txt' in {} cannot be unpacked here: That compression method is not sup"),
        (46, b"\xff", "{} is damaged or no zip file ('utf-8' codec can't decode byte 0xff in pos"),
    ],
)
def test_an_archive_that_python_cannot_take(
    tmp_path: Path, at: int, bytes_: bytes, message: str
) -> None:
    """The method of packing, and the name, in the list at the archive's end (APPNOTE 4.3.12)."""
    file = make_zip(tmp_path / "a.zip", {"é.txt": "text"}, zipfile.ZIP_STORED)
    data = bytearray(file.read_bytes())
    begin = data.index(b"PK\x01\x02") + at
    data[begin : begin + 1] = bytes_
    file.write_bytes(data)
    assert refused(file).startswith(message.format(repr(str(file))))


def test_a_member_that_is_gone_is_a_change(tmp_path: Path) -> None:
    file = make_zip(tmp_path / "a.zip", {"a.txt": "text"})
    said = message_of(lambda: list(file_blocks(file, "'b.txt' in it", "b.txt")))
    assert said.startswith("'b.txt' in it changed while it was read: wait until it is written")


def test_an_archive_is_opened_once_and_listed_anew_where_it_changed(tmp_path: Path) -> None:
    file = make_zip(tmp_path / "a.zip", {"a.txt": "text"})
    with open_archive(file) as one, open_archive(file) as other:
        assert one is other
    os.utime(file, ns=(1, 1))
    with open_archive(file) as changed:
        assert changed is not one
        assert changed.namelist() == ["a.txt"]


def test_an_archive_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    assert read(make_zip(tmp_path / "a.zip", {"a.txt": "one"})) == [Document("one", "a")]
    os.utime(tmp_path / "a.zip", ns=(1, 1))
    make_zip(tmp_path / "b.zip", {"b.txt": "other"}).replace(tmp_path / "a.zip")
    assert read(tmp_path / "a.zip") == [Document("other", "b")]


# What cannot be read


def test_the_state_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")
    assert file_state(tmp_path / "a").st_size == 4
    file_state(tmp_path)  # to open it says what it is
    missing = message_of(lambda: file_state(tmp_path / "b"))
    assert missing == f"cannot read {str(tmp_path / 'b')!r}: No such file or directory"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(path: str, flags: int, mode: int = 0o777) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "x.txt").touch()
    monkeypatch.setattr(os, "open", deny)  # file modes do not stop an administrator
    assert refused(tmp_path / "x.txt").endswith("x.txt': Permission denied")


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    assert "Is a directory" in message_of(lambda: list(file_blocks(tmp_path, "it")))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in message_of(lambda: list(file_blocks(tmp_path / "pipe", "it")))


# What changes meanwhile


@pytest.mark.parametrize("change", ["grows", "is cut", "is written anew"])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(opening, "BLOCK", 10)
    monkeypatch.setattr(text_files, "LARGE", 20)
    file = tmp_path / "log.txt"
    file.write_bytes(b"0123456789" * 5)
    (document,) = read(file)
    assert isinstance(document, LongDocument)
    pieces = document.pieces()
    next(pieces)
    if change == "grows":
        with file.open("ab") as log:
            log.write(b"more and more")
    elif change == "is cut":
        os.truncate(file, 25)
    else:
        file.write_bytes(b"9876543210" * 5)
        os.utime(file, ns=(1, 1))
    with pytest.raises(DataError, match=r"log\.txt' changed while it was read: wait until it is"):
        list(pieces)


def test_a_file_that_grows_for_ever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BLOCK", 10)
    file = tmp_path / "log.txt"
    file.write_bytes(b"0123456789")
    original = opening.file_state
    calls: list[Path] = []

    def grow(path: Path) -> os.stat_result:
        state = original(path)
        calls.append(path)
        if len(calls) == 1:
            file.write_bytes(b"0123456789" * 100)
        return state

    monkeypatch.setattr(opening, "file_state", grow)
    with pytest.raises(DataError, match="changed while it was read"):
        read(file)
