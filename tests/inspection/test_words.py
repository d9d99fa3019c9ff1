"""Words and what they cost."""

import numpy as np
import pytest

from charlab.inspection.words import words_of


def test_words_of_characters_are_counted_and_their_bits_averaged() -> None:
    text = "the cat, the cat's a cat"
    bits = np.arange(len(text), dtype=float)
    words = {word.text: word for word in words_of([(list(text), bits), (list("the"), np.zeros(3))])}
    assert set(words) == {"the", "cat"}  # "a" and "s" are too short to say much
    assert words["the"].count == 3
    assert words["the"].bits == pytest.approx(np.mean([[0, 1, 2], [9, 10, 11], [0, 0, 0]], axis=0))
    assert words["cat"].count == 3
    assert words["cat"].total == pytest.approx(words["cat"].per_character * 3)


def test_words_that_are_tokens_cost_what_the_token_does() -> None:
    pieces = ["the", " king", ",", " the"]
    words = words_of([(pieces, np.array([np.nan, 4.0, 1.0, 2.0]))])
    assert {(word.text, word.count, word.total) for word in words} == {
        ("king", 1, 4.0),
        ("the", 1, 2.0),
    }
    (king,) = (word for word in words if word.text == "king")
    assert king.per_character == 1.0
