"""Reading UTF-8 in pieces without encoding it again, against reading it whole."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from charlab.data.documents.document import LongDocument
from charlab.data.documents.files.decode import decode_pieces, decode_text, is_utf8, utf8_blocks
from charlab.data.documents.normalize import check_steps, normalize_text
from charlab.data.tokens import chunks, tokenizer
from charlab.data.tokens.chunks import cut_utf8, normalized_pieces
from charlab.errors import DataError

NAME = "'text'"
letters = st.sampled_from([*"aA \nΣσé中😀", "\u0301", "\u1161", "\u1100", "가"])
texts = st.text(letters | st.characters(exclude_categories=["Cs"]), max_size=60)
sizes = st.integers(1, 20)


def blocks_of(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


def document(data: bytes, block: int) -> LongDocument:
    return LongDocument(
        pieces=lambda: decode_pieces(blocks_of(data, block), "utf-8", NAME),
        label=None,
        identity=(),
        utf8=lambda: utf8_blocks(blocks_of(data, block)),
    )


@given(texts, sizes, sizes)
@example("😀" * 20, 7, 5)  # no place to cut
@example("中" * 20, 7, 5)  # a place after each
def test_pieces_are_text_and_put_together_the_whole(text: str, block: int, size: int) -> None:
    pieces = list(cut_utf8(blocks_of(text.encode(), block), size))
    assert "".join(piece.decode() for piece in pieces) == text
    assert all(pieces)


@pytest.mark.parametrize("steps", ["none", "nfc", "nfkc", "nfc+lower", "ascii"])
@given(text=texts, block=sizes, size=sizes)
def test_both_forms_are_the_normalized_text(steps: str, text: str, block: int, size: int) -> None:
    chosen = check_steps(steps)
    clean = decode_text(text.replace("\0", "").encode(), "utf-8", NAME)
    dropped: Counter[str] = Counter()
    expected_dropped: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut_utf8, "__defaults__", (size,))
        source = document(text.replace("\0", "").encode(), block)
        pairs = list(normalized_pieces(source, chosen, dropped, tokenizer("char")))
    assert all(piece.encode() == data for piece, data in pairs)
    expected = normalize_text(clean, chosen, expected_dropped)
    assert "".join(piece for piece, _ in pairs) == expected
    assert dropped == expected_dropped


def test_where_nothing_can_be_cut_little_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MOST_HELD", 100)
    pieces = list(cut_utf8(blocks_of(("😀" * 1000).encode(), 64), 16))
    assert max(map(len, pieces)) <= 200
    assert b"".join(pieces).decode() == "😀" * 1000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"good \xff bad", "byte 0xff at offset 5"),
        (b"gut " * 9 + b"\xc3", "byte 0xc3 at offset 36"),
        (b"a\0b", "zero character at position 1"),
        ("\ud800".encode("utf-8", "surrogatepass"), "byte 0xed at offset 0"),
    ],
)
def test_what_is_no_text_is_said_where(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(normalized_pieces(document(data, 4), ("nfc",), Counter(), tokenizer("char")))


@given(
    st.text(st.sampled_from(["\ufeff", "\r", "\n", "a", "é"]), max_size=12),
    st.integers(1, 5),
    st.booleans(),
)
def test_bytes_are_those_of_the_decoded_text(text: str, block: int, exact: bool) -> None:
    data = text.encode()
    expected = decode_text(data, "utf-8", NAME, exact=exact)
    assert b"".join(utf8_blocks(blocks_of(data, block), exact=exact)).decode() == expected


def test_names_of_utf_8() -> None:
    assert all(map(is_utf8, ["utf-8", "UTF8", "u8", "utf_8"]))
    assert not any(map(is_utf8, ["utf-8-sig", "utf-16", "latin-1", "no such thing"]))
