"""Files as documents, short and long, against the text that was written."""

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.document import Document, LongDocument
from charlab.data.documents.files import text_files
from charlab.data.documents.files.entries import Entry
from charlab.data.documents.files.text_files import empty, read_document, read_lines, read_text
from charlab.errors import DataError
from tests.support.reading import message_of, read, refused, said


def read_file(file: Path, encoding: str) -> str:
    return read_text(Entry(file, (file.name,)), encoding)


# The text of a file


@settings(max_examples=30)
@given(text=st.text(st.characters(exclude_characters="\0\r\ufeff", exclude_categories=["Cs"])))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "text"
    for newline in ("\n", "\r\n", "\r"):
        file.write_bytes(text.replace("\n", newline).encode(encoding))
        assert read_file(file, encoding) == text


def test_only_a_leading_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "marked.txt"
    file.write_bytes("\ufeffa\ufeffb".encode())
    assert read_file(file, "utf-8") == "a\ufeffb"


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (
            b"caf\xe9",
            "utf-8",
            "byte 0xe9 at offset 3; choose the encoding that it was written in (da",
        ),
        (b"caf\xe9", "utf-8", "(dataset.encoding=latin-1)"),
        ("é".encode(), "ascii", "byte 0xc3 at offset 0; choose the encoding"),
        ("é".encode(), "ascii", "(dataset.encoding=utf-8)"),
        ("né".encode("utf-16"), "utf-8", "byte 0xff at offset 0; "),
        ("né".encode("utf-16"), "utf-8", "(dataset.encoding=utf-16)"),
        (b"\xef\xbb\xbfab\xff", "utf-8", "byte 0xff at offset 5"),
        (b"\x7fELF\x02\x00\xff", "utf-8", "it looks like a binary file: leave it out"),
        (b"a\0b\0", "utf-8", "(a zero character at position 1): leave it out, or choose its enc"),
        (b"abc", "utf-16", "is not utf-16 text: byte 0x63 at offset 2"),
        (b"abc", "utf8x", "unknown encoding 'utf8x': dataset.encoding is a name such as utf-8"),
        (b"abc", "rot13", "unknown encoding 'rot13'"),
        (b"abc", "a\0b", r"unknown encoding 'a\x00b'"),
        (b"abc", "", "unknown encoding ''"),
        (b"abc", "undefined", "is not undefined text"),
    ],
)
def test_bytes_that_are_no_text_in_the_encoding(
    tmp_path: Path, data: bytes, encoding: str, message: str
) -> None:
    (tmp_path / "file.txt").write_bytes(data)
    found = message_of(lambda: read_file(tmp_path / "file.txt", encoding))
    assert message in found
    assert "file.txt" in found or "unknown encoding" in found


@pytest.mark.parametrize("block", [1, 2, 3, 5, 1000])
def test_lines_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("charlab.data.documents.files.opening.BLOCK", block)
    file = tmp_path / "a.txt"
    for data in (b"", b"\n", b"one", b"one\n", b"\n\none\r\ntwo three\r\r\n\nfour", b"a\n\n"):
        file.write_bytes(data)
        text = data.decode().replace("\r\n", "\n").replace("\r", "\n")
        lines = list(read_lines(Entry(file, ("a.txt",)), "utf-8"))
        assert lines == text.split("\n")[: None if text and text[-1] != "\n" else -1]


# A document for each file


def test_a_file_is_one_document(tmp_path: Path) -> None:
    file = tmp_path / "Größe 'n' [1], a=b.txt"
    file.write_bytes("\ufeffErste\r\nZeile\rund  \n\nEnde ".encode())
    text = "Erste\nZeile\nund  \n\nEnde "
    assert read(file) == [Document(text)]
    assert read(tmp_path) == [Document(text, "Größe 'n' [1], a=b")]


def test_a_folder_is_a_document_per_file_in_subfolders_too(tmp_path: Path) -> None:
    files = {"b.txt": "B", "a/z.md": "Z", "a/c.txt": "C", "a.txt": "A", "a/日本.txt": "N"}
    hidden = {".git/config": "no", ".DS_Store": "no", "a/.c.swp": "no", "empty.txt": " \n"}
    for name, content in (files | hidden).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    documents = read(tmp_path)
    assert [(d.label, d.text) for d in documents] == [
        ("c", "C"),
        ("z", "Z"),
        ("日本", "N"),
        ("a", "A"),
        ("b", "B"),
    ]


def test_a_pattern_is_a_document_per_file_that_it_fits(tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt", "two.md"):
        (tmp_path / name).write_text(name)
    (tmp_path / "folder.txt").mkdir()
    documents = read(tmp_path / "*.txt")
    assert documents == [Document("one.txt", "one"), Document("two.txt", "two")]


def test_an_empty_file_of_several_is_named(tmp_path: Path) -> None:
    (tmp_path / "leer.txt").write_bytes(b" \n")
    for path in (tmp_path, tmp_path / "*.txt"):
        with pytest.raises(DataError, match=r"leer\.txt' is empty"):
            read(path)


def test_a_binary_file_in_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(DataError, match=r"b\.png'.*0x89 at offset 0.*binary file: leave it out"):
        read(tmp_path)


def test_blank_files_among_others_are_named(tmp_path: Path) -> None:
    for name, content in (("a.txt", "A"), ("b.txt", ""), ("d.txt", " \r\n"), ("é.txt", "\ufeff")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    documents, lines = said(tmp_path, "text")
    assert documents == [Document("A", "a")]
    assert lines == "left out, for nothing is in it: 'b.txt', 'd.txt', 'é.txt'"


def test_where_nothing_holds_text_the_first_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(" ")
    (tmp_path / "b.txt").touch()
    assert refused(tmp_path) == str(empty(repr(str(tmp_path / "a.txt"))))
    assert refused(tmp_path / "b.txt").startswith(f"{str(tmp_path / 'b.txt')!r} is empty: there is")


# Long documents


@pytest.fixture
def long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of 40,002 bytes, each block of which ends inside of something."""
    monkeypatch.setattr(text_files, "LARGE", 40_000)
    monkeypatch.setattr("charlab.data.documents.files.opening.BLOCK", 1001)
    file = tmp_path / "long.txt"
    file.write_bytes(("é\r\n佐" * 6000).encode()[:40_001] + b"\n")
    return file


def test_a_large_file_is_a_long_document(long_file: Path, tmp_path: Path) -> None:
    (document,) = read(long_file)
    assert isinstance(document, LongDocument)
    assert (document.label, document.split) == (None, None)
    whole = long_file.read_bytes().decode().replace("\r\n", "\n")
    pieces = list(document.pieces())
    assert len(pieces) > 10
    assert "".join(pieces) == whole == "".join(document.pieces())
    (tmp_path / "small.txt").write_text("small")
    documents = read(tmp_path)
    assert [document.label for document in documents] == ["long", "small"]
    assert "".join(documents[1].pieces()) == "small"  # beside it, much is much in all
    long_file.unlink()
    assert read(tmp_path) == [Document("small", "small")]


def test_a_compressed_file_is_long_by_what_is_in_it(long_file: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(long_file.read_bytes()))
    (document,) = read(packed)
    assert isinstance(document, LongDocument)
    (plain,) = read(long_file)
    assert list(document.pieces()) == list(plain.pieces())


def test_a_file_of_the_limit_s_size_is_held_in_memory(long_file: Path) -> None:
    os.truncate(long_file, 40_000)
    (document,) = read(long_file)
    assert isinstance(document, Document)


def test_identity_changes_with_the_file(long_file: Path) -> None:
    def identity() -> tuple[str | int, ...]:
        (document,) = read(long_file)
        assert isinstance(document, LongDocument)
        return document.identity

    before = identity()
    assert identity() == before
    (other,) = read(long_file, encoding="latin-1")
    assert other.identity != before
    with long_file.open("ab") as file:
        file.write(b"more")
    assert identity() != before


def test_what_is_wrong_with_a_long_file_is_said_by_its_pieces(long_file: Path) -> None:
    with long_file.open("ab") as file:
        file.write(b"\xff")
    (document,) = read(long_file)
    offset = long_file.stat().st_size - 1
    with pytest.raises(
        DataError, match=rf"long\.txt' is not utf-8 text: byte 0xff at .* {offset};"
    ):
        list(document.pieces())


@pytest.mark.parametrize("large", [True, False])
def test_newlines_are_one_and_the_mark_is_no_text(tmp_path: Path, large: bool) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("\ufeffGrüße\r\n再见\r".encode())
    document = read_document(Entry(file, ("a.txt",)), "UTF8", label="x", split="val", large=large)
    assert (document.label, document.split) == ("x", "val")
    expected = "Grüße\n再见\n"
    if isinstance(document, Document):
        assert not large
        assert document.text == expected
        return
    assert "".join(document.pieces()) == expected
    assert document.utf8 is not None
    assert b"".join(document.utf8()).decode() == expected


def test_bytes_of_another_encoding_are_not_at_hand_as_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("né", encoding="latin-1")
    document = read_document(Entry(tmp_path / "a.txt", ("a.txt",)), "latin-1", large=True)
    assert isinstance(document, LongDocument)
    assert document.utf8 is None
    assert "".join(document.pieces()) == "né"
