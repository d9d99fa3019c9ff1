"""What vocabularies of all units share."""

import numpy as np
import pytest

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.vocabulary import (
    EOS,
    FIRST,
    UNK,
    code_points,
    counted_tokens,
    smallest_unsigned,
    utf8_of,
)
from charlab.errors import UnknownCharacterError


def test_require_known_names_at_most_five() -> None:
    vocabulary = CharacterVocabulary("a")
    vocabulary.require_known("aaa", "the prompt")
    with pytest.raises(UnknownCharacterError, match=r"the prompt .*'b' at 1 \(positions"):
        vocabulary.require_known("ab", "the prompt")
    with pytest.raises(UnknownCharacterError, match=r"'f' at 4 and 2 more") as error:
        vocabulary.require_known("bcdefgh", "the prompt")
    assert "\n" not in str(error.value)


def test_the_mark_of_a_document_has_no_text_and_the_unknown_one_is_shown() -> None:
    assert CharacterVocabulary("ab").decode([EOS, FIRST + 1, UNK, FIRST, EOS]) == "b\ufffda"
    assert CharacterVocabulary("ab").decode([]) == ""


@pytest.mark.parametrize("text", ["", "aé中😀", "a\ud800b"])
def test_code_points_are_those_of_each_character(text: str) -> None:
    assert code_points(text).tolist() == list(map(ord, text))
    assert utf8_of(text).decode("utf-8", "surrogatepass") == text


def test_the_smallest_type_holds_the_largest_id() -> None:
    sizes = {0: 1, 1: 1, 256: 1, 257: 2, 65_536: 2, 65_537: 4}
    assert {size: smallest_unsigned(size).itemsize for size in sizes} == sizes
    assert all(np.iinfo(smallest_unsigned(size)).min == 0 for size in sizes)


def test_tokens_are_counted_in_words() -> None:
    assert counted_tokens(1, "byte") == "1 byte"
    assert counted_tokens(2000, "char") == "2,000 characters"
