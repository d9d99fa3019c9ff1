"""Words: tokens by hand, and against a regular expression where one is simple enough."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens import token_lengths
from charlab.data.tokens.vocabulary import FIRST, UNK
from charlab.data.tokens.words import WordTokenizer, WordVocabulary, split_words
from charlab.errors import UnknownCharacterError

ASCII = re.compile(r" ?\w+| ?[^\w\s]|\s")


@given(st.text(st.characters(max_codepoint=126)))
def test_ascii_is_split_as_by_a_regular_expression(text):
    assert split_words(text) == ASCII.findall(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("the king,  said", ["the", " king", ",", " ", " said"]),
        (
            "don't (stop)\n\n now_2 ",
            ["don", "'", "t", " (", "stop", ")", "\n", "\n", " now_2", " "],
        ),
        ("a\tb\u00a0c\u3000", ["a", "\t", "b", "\u00a0", "c", "\u3000"]),
        ("हिन्दी में", ["हिन्दी", " में"]),  # vowel signs belong to their word
        ("می\u200cروم", ["می\u200cروم"]),  # as does a joiner
        ("cafe\u0301 ok", ["cafe\u0301", " ok"]),
        ("漢字は 文字", ["漢", "字", "は", " 文", "字"]),  # Han one by one
        ("❤\ufe0fyes 😀!", ["❤\ufe0f", "yes", " 😀", "!"]),  # a mark on a token stays with it
        ("\u0301\u0302a \u0301b\n\u0301c", ["\u0301\u0302a", " \u0301b", "\n", "\u0301c"]),
    ],
)
def test_tokens(text, tokens):
    assert split_words(text) == tokens


@given(st.text())
def test_tokens_together_are_the_text(text):
    assert "".join(split_words(text)) == text


def test_numbers_are_kept_from_text_to_text():
    words = WordTokenizer()
    assert words.token_ids("a b a").tolist() == [0, 1, 2]
    assert words.token_ids(" b\nxyz").tolist() == [1, 3, 4]
    assert words.tokens() == ["a", " b", " a", "\n", "xyz"]
    assert token_lengths("word", words.tokens()).tolist() == [1, 2, 2, 1, 3]


def test_what_is_unknown_is_named_with_its_place():
    known = WordVocabulary(["the", " king", " sun", "."])
    assert known.encode("the moon king.").tolist() == [FIRST + 3, UNK, FIRST, FIRST + 2]
    assert known.decode(known.encode("the moon king.")) == "the\ufffd king."
    assert known.unknown("the moon king.") == [(3, " moon")]
    with pytest.raises(UnknownCharacterError, match=r"^prompt= holds words .*' moon' at 3 \(pos"):
        known.require_known("the moon", "prompt=")
    with pytest.raises(UnknownCharacterError, match="with a space before it 'king' is known"):
        known.require_known("king", "prompt=")


def test_only_tokens_make_a_vocabulary():
    for wrong in ("two words", "", "a."):
        with pytest.raises(ValueError, match=r"is made of tokens, not "):
            WordVocabulary([wrong])
