"""What holds for every unit: text comes back to the letter, and what is rare is left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.tokens import (
    UNITS,
    id_table,
    make_vocabulary,
    resolve_min_count,
    tokenizer,
    vocabulary_from_counts,
)
from charlab.data.tokens.vocabulary import FIRST, UNK
from charlab.errors import ConfigError

SCRIPTS = {
    "Latin": (0x20, 0x24F),
    "Greek": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x52F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Thai": (0xE00, 0xE7F),
    "Georgian": (0x10A0, 0x10FF),
    "Ethiopic": (0x1200, 0x137F),
    "Kana": (0x3040, 0x30FF),
    "Han": (0x4E00, 0x9FFF),
    "Hangul": (0xAC00, 0xD7A3),
    "emoji": (0x1F300, 0x1FAFF),
}
SPACES = "  \n\t\u00a0\u3000.,!'\u0301\u200d\ufe0f"  # and what stands between and on letters


def texts_in(script):
    first, last = SCRIPTS[script]
    letters = st.characters(min_codepoint=first, max_codepoint=last)
    return st.text(letters | st.sampled_from(SPACES), max_size=40)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("script", SCRIPTS)
@settings(max_examples=20)
@given(data=st.data())
def test_what_is_encoded_comes_back(unit, script, data):
    text = data.draw(texts_in(script))
    source = tokenizer(unit)
    token_ids = source.points(text)
    assert int(source.lengths()[token_ids].sum()) == len(text)
    counts = np.bincount(token_ids, minlength=source.size)
    met = np.flatnonzero(counts)
    vocabulary, *dropped = vocabulary_from_counts(unit, source.tokens(met), counts[met], 1)
    ids = vocabulary.encode(text)
    assert dropped == [0, 0]
    assert UNK not in ids
    assert vocabulary.decode(ids) == text
    assert vocabulary.whole(ids.tolist()) == len(ids)
    assert vocabulary.unknown(text) == []
    np.testing.assert_array_equal(id_table(source, vocabulary)[token_ids], ids)


@pytest.mark.parametrize("unit", ["char", "word"])
def test_what_is_rare_is_left_out_and_counted(unit):
    tokens = ["a", "b", "c", "d", "e"]
    vocabulary, dropped, occurrences = vocabulary_from_counts(unit, tokens, [3, 2, 1, 0, 2], 3)
    assert vocabulary.unit == unit
    assert vocabulary.tokens == ("a",)
    assert (dropped, occurrences) == (3, 5)
    assert vocabulary.encode("ab" if unit == "char" else "a\n").tolist() == [FIRST, UNK]
    everything, *none = vocabulary_from_counts(unit, tokens, [3, 2, 1, 0, 2], 1)
    assert everything.tokens == ("a", "b", "c", "e")  # what never occurs in train is not known
    assert none == [0, 0]


def test_bytes_are_never_left_out():
    vocabulary, *dropped = vocabulary_from_counts("byte", ["A"], [1], 5)
    assert vocabulary.size == 258
    assert dropped == [0, 0]
    assert id_table(tokenizer("byte"), vocabulary).tolist() == list(range(2, 258))


def test_ids_of_what_a_vocabulary_lacks():
    words = tokenizer("word")
    token_ids = words.points("a b\nc")
    table = id_table(words, make_vocabulary("word", ["c", "a"]))
    assert table[token_ids].tolist() == [FIRST, UNK, UNK, FIRST + 1]
    characters = tokenizer("char")
    table = id_table(characters, make_vocabulary("char", "z"))
    assert table[characters.points("az😀")].tolist() == [UNK, FIRST, UNK]


def test_a_large_alphabet():
    tokens = [chr(point) for point in range(0x4E00, 0x4E00 + 8_000)]
    vocabulary = make_vocabulary("char", tokens)
    text = "".join(reversed(tokens))
    assert vocabulary.size == 8_002
    assert vocabulary.encode(text).tolist() == list(range(8_001, 1, -1))
    assert vocabulary.decode(vocabulary.encode(text)) == text


def test_vocabularies_of_different_units_differ():
    assert make_vocabulary("char", "ab") == make_vocabulary("char", ["b", "a"])
    assert make_vocabulary("char", "ab") != make_vocabulary("word", "ab")
    assert make_vocabulary("byte", ()) == make_vocabulary(
        "byte", make_vocabulary("byte", ()).tokens
    )
    assert len({make_vocabulary(unit, ()) for unit in UNITS}) == 3


def test_how_often_a_token_must_occur():
    assert [resolve_min_count(unit, None) for unit in UNITS] == [1, 1, 3]
    assert resolve_min_count("char", 7) == resolve_min_count("word", 7) == 7
    assert resolve_min_count("byte", 1) == 1
    with pytest.raises(ConfigError, match=r"^dataset.min_count=2: bytes are never unknown"):
        resolve_min_count("byte", 2)


@pytest.mark.parametrize("ask", [tokenizer, lambda unit: make_vocabulary(unit, "a")])
def test_there_are_three_units(ask):
    with pytest.raises(ConfigError, match=r"dataset.unit=bpe: choose one of: char, byte, word$"):
        ask("bpe")
