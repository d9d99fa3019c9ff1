"""Every unit keeps the contract, and what is rare is left out."""

import numpy as np
import pytest

from charlab.data.tokens import (
    UNITS,
    learn_vocabulary,
    make_vocabulary,
    resolve_min_count,
    tokenizer,
)
from charlab.data.tokens.vocabulary import FIRST, UNK
from charlab.errors import ConfigError
from charlab.testing.tokenizer_contract import TokenizerContract


class TestCharacters(TokenizerContract):
    unit = "char"


class TestBytes(TokenizerContract):
    unit = "byte"


class TestWords(TokenizerContract):
    unit = "word"


def test_each_unit_is_tested():
    tested = {TestCharacters.unit, TestBytes.unit, TestWords.unit}
    assert tested | {"symbol"} == set(UNITS)  # symbols lose white space: test_symbols.py


@pytest.mark.parametrize("unit", ["char", "word"])
def test_what_is_rare_is_left_out_and_counted(unit):
    tokens = ["a", "b", "c", "d", "e"]
    vocabulary, table, dropped = learn_vocabulary(unit, tokens, [3, 2, 1, 0, 2], 3)
    assert vocabulary.unit == unit
    assert vocabulary.tokens == ("a",)
    assert dropped == (3, 5)
    assert table.tolist() == [FIRST, UNK, UNK, UNK, UNK]
    assert vocabulary.encode("ab" if unit == "char" else "a\n").tolist() == [FIRST, UNK]
    everything, _, none = learn_vocabulary(unit, tokens, [3, 2, 1, 0, 2], 1)
    assert everything.tokens == ("a", "b", "c", "e")  # what never occurs in train is not known
    assert none == (0, 0)


def test_bytes_are_never_left_out():
    tokens = tokenizer("byte").tokens()
    vocabulary, table, dropped = learn_vocabulary("byte", tokens, np.eye(256)[65])
    assert vocabulary.size == 258
    assert dropped == (0, 0)
    assert table.tolist() == list(range(2, 258))


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
    assert len({make_vocabulary(unit, ()) for unit in UNITS}) == len(UNITS)


def test_how_often_a_token_must_occur():
    assert [resolve_min_count(unit, None) for unit in UNITS] == [1, 1, 3, 1]
    assert resolve_min_count("char", 7) == resolve_min_count("word", 7) == 7
    assert resolve_min_count("byte", 1) == 1
    with pytest.raises(ConfigError, match=r"^dataset.min_count=2: bytes are never unknown"):
        resolve_min_count("byte", 2)


@pytest.mark.parametrize("ask", [tokenizer, lambda unit: make_vocabulary(unit, "a")])
def test_an_unknown_unit_is_refused(ask):
    with pytest.raises(
        ConfigError, match=r"dataset.unit=bpe: choose one of: char, byte, word, symbol$"
    ):
        ask("bpe")
