"""Characters and ids, against plain dictionaries."""

import sys
from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.vocabulary import UNK
from charlab.errors import UnknownCharacterError


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


def test_require_known_names_at_most_five() -> None:
    vocabulary = CharacterVocabulary("a")
    vocabulary.require_known("aaa", "the prompt")
    with pytest.raises(UnknownCharacterError, match=r"the prompt .*'b' at 1 \(positions"):
        vocabulary.require_known("ab", "the prompt")
    with pytest.raises(UnknownCharacterError, match=r"'f' at 4 and 2 more") as error:
        vocabulary.require_known("bcdefgh", "the prompt")
    assert "\n" not in str(error.value)


def test_only_single_characters() -> None:
    with pytest.raises(ValueError, match="'ab'"):
        CharacterVocabulary(["a", "ab"])
