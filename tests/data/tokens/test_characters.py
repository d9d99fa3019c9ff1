"""Characters and ids, against plain dictionaries."""

import sys
from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens.characters import CharacterTokenizer, CharacterVocabulary
from charlab.data.tokens.vocabulary import UNK, code_points


@given(known=st.text(), text=st.text())
def test_encoding_equals_a_dictionary(known: str, text: str) -> None:
    characters = sorted(set(known))
    ids = {character: 2 + bisect_left(characters, character) for character in characters}
    vocabulary = CharacterVocabulary(known)
    encoded = vocabulary.encode(text)
    assert encoded.dtype == np.int64
    assert encoded.tolist() == [ids.get(character, UNK) for character in text]
    assert vocabulary.size == 2 + len(characters)
    shown = "".join(character if character in ids else "\ufffd" for character in text)
    assert vocabulary.decode(encoded) == shown


def test_characters_are_sorted_and_distinct() -> None:
    assert CharacterVocabulary("banana").tokens == ("a", "b", "n")
    assert (
        CharacterVocabulary("ab") == CharacterVocabulary(["b", "a"]) != CharacterVocabulary("abc")
    )


def test_code_points_above_all_known_ones_and_surrogates_are_unknown() -> None:
    vocabulary = CharacterVocabulary("aé")
    assert vocabulary.encode("ê" + chr(sys.maxunicode) + "\udcff").tolist() == [UNK] * 3


def test_only_single_characters() -> None:
    with pytest.raises(ValueError, match="'ab'"):
        CharacterVocabulary(["a", "ab"])


def test_unknown_characters_are_told_with_their_places() -> None:
    vocabulary = CharacterVocabulary("ab\U0001f600")
    assert vocabulary.unknown("a\U0001f600éb\ud800") == [(2, "é"), (4, "\ud800")]
    assert vocabulary.unknown("") == vocabulary.unknown("abba") == []
    assert CharacterVocabulary("").unknown("a") == [(0, "a")]


PIECES = st.text(st.sampled_from("ab\0ÿĀ中😀\ud800") | st.characters(max_codepoint=0x17F))


@given(st.lists(PIECES, max_size=6))
def test_a_character_keeps_the_id_that_it_got_first(pieces: list[str]) -> None:
    tokenizer = CharacterTokenizer()
    given_ids = [tokenizer.token_ids(piece) for piece in pieces]
    tokens = tokenizer.tokens()
    assert ["".join(tokens[i] for i in ids) for ids in given_ids] == pieces
    assert len(set(tokens)) == len(tokens) == 1 + len(set("".join(pieces)))
    met = [len(set("".join(pieces[:count]))) for count in range(1, len(pieces) + 1)]
    assert all(max(ids, default=0) <= most for ids, most in zip(given_ids, met, strict=True))


def test_ids_take_the_smallest_type_for_all_that_were_met() -> None:
    tokenizer = CharacterTokenizer()
    single = "".join(map(chr, range(255)))  # a character each byte; none has the id 0
    assert tokenizer.token_ids(single).dtype == np.uint8
    assert tokenizer.token_ids("\xff").dtype == np.uint16
    wide = "".join(map(chr, range(0x100, 0xD800))) + "".join(map(chr, range(0x10000, 0x12900)))
    ids = tokenizer.token_ids(wide)
    assert (len(tokenizer.tokens()), ids.dtype) == (1 + 0xD800 + 0x2900, np.dtype(np.uint32))
    assert tokenizer.token_ids(single).tolist() == list(range(1, 256))
    decoded = np.array([0, *map(ord, tokenizer.tokens()[1:])], np.uint32)[ids]
    np.testing.assert_array_equal(decoded, code_points(wide))
