"""Bytes, against Python's own UTF-8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens.utf8_bytes import ByteTokenizer, ByteVocabulary
from charlab.data.tokens.vocabulary import FIRST
from charlab.errors import UnknownCharacterError

known = ByteVocabulary()


@given(st.text())
def test_ids_are_python_s_bytes(text):
    encoded = known.encode(text)
    assert [i - FIRST for i in encoded.tolist()] == list(text.encode())
    assert ByteTokenizer().token_ids(text).tolist() == list(text.encode())
    assert known.decode(encoded) == text


@given(st.binary(max_size=20))
def test_broken_bytes_are_shown_as_python_shows_them(data):
    assert known.decode([byte + FIRST for byte in data]) == data.decode("utf-8", "replace")


@given(st.text(), st.integers(0, 3))
def test_a_character_that_was_cut_off_is_not_whole(text, off):
    data = text.encode()
    data = data[: max(0, len(data) - off)]
    whole = data.decode("utf-8", "ignore")  # drops only the broken end: the rest is well-formed
    assert known.whole([byte + FIRST for byte in data]) == len(whole.encode())


def test_tokens_can_be_shown():
    assert known.size == 258
    assert [known.tokens[b] for b in (0x41, 0x0A, 0x7F, 0xC3)] == [
        "A",
        "<0x0A>",
        "<0x7F>",
        "<0xC3>",
    ]
    with pytest.raises(ValueError, match="holds all 256"):
        ByteVocabulary("abc")


def test_half_a_character_has_no_bytes():
    text = "a\udcffb"  # what a command line makes of a byte that is no text
    assert known.unknown(text) == [(1, "\udcff")]
    with pytest.raises(UnknownCharacterError, match=r"'\\udcff' at 1 .*no text in UTF-8 has them"):
        known.require_known(text, "prompt=")
    assert known.decode(known.encode(text)) == "a\ufffdb"
