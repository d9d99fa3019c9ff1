import codecs
import gzip
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.documents.document import Document, LongDocument
from charlab.data.documents.files import text_files
from charlab.data.documents.files.decode import decode_pieces, decode_text, is_utf8
from charlab.data.documents.files.entries import Entry
from charlab.data.documents.files.text_files import read_lines
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "gb18030", "euc-jp"]


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def outcome(decode) -> str:
    """The text, or the message of the error."""
    try:
        return decode()
    except DataError as error:
        return f"error: {error}"


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
@given(
    text=st.text(st.sampled_from("aé佐\U0001f600\r\n\ufeff") | st.characters(codec="utf-8")),
    size=st.integers(1, 7),
)
def test_pieces_make_the_whole(encoding, exact, text, size):
    data = text.encode(encoding, "ignore")
    whole = outcome(lambda: decode_text(data, encoding, "it", exact=exact))
    blocks = cut(data, size)
    pieces = outcome(lambda: "".join(decode_pieces(blocks, encoding, "it", exact=exact)))
    assert pieces == whole


@pytest.mark.parametrize("encoding", [*ENCODINGS, "ascii", "cp1252", "rot13", "x", ""])
@given(data=st.binary(max_size=30), size=st.integers(1, 7))
def test_what_is_no_text_is_refused_alike(encoding, data, size):
    """The same message at the same place; but for the binary advice, which looks at a block."""
    data = data.replace(b"\0", b"0")  # which of two faults is found first is another question
    whole = outcome(lambda: decode_text(data, encoding, "it"))
    pieces = outcome(lambda: "".join(decode_pieces(cut(data, size), encoding, "it")))
    if whole.startswith("error: it is not"):
        assert pieces.split(";")[0] == whole.split(";")[0]
    elif data:  # Python takes no bytes for text in any encoding, even in one that is none
        assert pieces == whole


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_newlines_across_blocks(size):
    data = b"\r\na\r\r\nb\n\rc\r"
    assert "".join(decode_pieces(cut(data, size), "utf-8", "it")) == "\na\n\nb\n\nc\n"
    assert "".join(decode_pieces(cut(data, size), "utf-8", "it", exact=True)) == data.decode()


def test_places_are_counted_from_the_beginning():
    data = codecs.BOM_UTF8 + b"ab" * 10 + b"\xff"
    with pytest.raises(DataError, match="0xff at offset 23; choose the encoding"):
        list(decode_pieces(cut(data, 4), "utf-8", "it"))
    with pytest.raises(DataError, match="a zero character at position 11"):
        list(decode_pieces(cut(codecs.BOM_UTF8 + b"a" * 10 + b"\0", 4), "utf-8", "it"))


def test_a_character_that_the_end_cuts_off():
    with pytest.raises(DataError, match="0xe4 at offset 5"):
        list(decode_pieces(cut("hello佐".encode()[:-1], 6), "utf-8", "it"))


# Long documents


@pytest.fixture
def long_file(tmp_path, monkeypatch):
    """A file of 40,002 bytes, each block of which ends inside of something."""
    monkeypatch.setattr(text_files, "LARGE", 40_000)
    monkeypatch.setattr("charlab.data.documents.files.opening.BLOCK", 1001)
    file = tmp_path / "long.txt"
    file.write_bytes(("é\r\n佐" * 6000).encode()[:40_001] + b"\n")
    return file


def read(path) -> list:
    return list(read_source("text", Request(str(path))))


def test_a_large_file_is_a_long_document(long_file, tmp_path):
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


def test_a_compressed_file_is_long_by_what_is_in_it(long_file, tmp_path):
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(long_file.read_bytes()))
    (document,) = read(packed)
    assert isinstance(document, LongDocument)
    (plain,) = read(long_file)
    assert list(document.pieces()) == list(plain.pieces())


def test_a_file_of_the_limit_s_size_is_held_in_memory(long_file):
    os.truncate(long_file, 40_000)
    (document,) = read(long_file)
    assert isinstance(document, Document)


def test_identity_changes_with_the_file(long_file):
    def identity():
        (document,) = read(long_file)
        return document.identity

    before = identity()
    assert identity() == before
    (other,) = list(read_source("text", Request(str(long_file), encoding="latin-1")))
    assert other.identity != before
    with long_file.open("ab") as file:
        file.write(b"more")
    assert identity() != before


def test_what_is_wrong_with_a_long_file_is_said_by_its_pieces(long_file):
    with long_file.open("ab") as file:
        file.write(b"\xff")
    (document,) = read(long_file)
    offset = long_file.stat().st_size - 1
    with pytest.raises(
        DataError, match=rf"long\.txt' is not utf-8 text: byte 0xff at .* {offset};"
    ):
        list(document.pieces())


@pytest.mark.parametrize("block", [1, 2, 3, 5, 1000])
def test_lines_across_blocks(tmp_path, monkeypatch, block):
    monkeypatch.setattr("charlab.data.documents.files.opening.BLOCK", block)
    file = tmp_path / "a.txt"
    for data in (b"", b"\n", b"one", b"one\n", b"\n\none\r\ntwo three\r\r\n\nfour", b"a\n\n"):
        file.write_bytes(data)
        text = data.decode().replace("\r\n", "\n").replace("\r", "\n")
        lines = list(read_lines(Entry(file, ("a.txt",)), "utf-8"))
        assert lines == text.split("\n")[: None if text and text[-1] != "\n" else -1]


@pytest.mark.parametrize("encoding", ["rot13", "no-such", "a\udcffb", "\udc80", "ütf-8", "a\0b"])
def test_an_unknown_encoding_is_one_line(encoding):
    assert not is_utf8(encoding)
    with pytest.raises(DataError, match=r"^unknown encoding '.*: dataset.encoding is a name"):
        decode_text(b"abc", encoding, "it")
