import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.files.decode import decode_pieces, decode_text, is_utf8, utf8_blocks
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
@settings(max_examples=25)
@given(
    text=st.text(st.sampled_from("aé佐\U0001f600\r\n\ufeff") | st.characters(codec="utf-8")),
    size=st.integers(1, 7),
)
def test_pieces_make_the_whole(encoding, exact, text, size):
    data = text.encode(encoding, "ignore")
    whole = outcome(lambda: "".join(decode_pieces([data], encoding, "it", exact=exact)))
    assert exact or whole == outcome(lambda: decode_text(data, encoding, "it"))
    blocks = cut(data, size)
    pieces = outcome(lambda: "".join(decode_pieces(blocks, encoding, "it", exact=exact)))
    assert pieces == whole


@pytest.mark.parametrize("encoding", [*ENCODINGS, "ascii", "cp1252", "rot13", "x", ""])
@settings(max_examples=25)
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


@given(
    st.text(st.sampled_from(["\ufeff", "\r", "\n", "a", "é"]), max_size=12),
    st.integers(1, 5),
)
def test_bytes_are_those_of_the_decoded_text(text: str, block: int) -> None:
    data = text.encode()
    expected = decode_text(data, "utf-8", "it")
    assert b"".join(utf8_blocks(cut(data, block))).decode() == expected


def test_names_of_utf_8() -> None:
    assert all(map(is_utf8, ["utf-8", "UTF8", "u8", "utf_8"]))
    assert not any(map(is_utf8, ["utf-8-sig", "utf-16", "latin-1", "no such thing"]))


@pytest.mark.parametrize("encoding", ["rot13", "no-such", "a\udcffb", "\udc80", "ütf-8", "a\0b"])
def test_an_unknown_encoding_is_one_line(encoding):
    assert not is_utf8(encoding)
    with pytest.raises(DataError, match=r"^unknown encoding '.*: dataset.encoding is a name"):
        decode_text(b"abc", encoding, "it")
