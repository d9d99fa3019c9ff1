"""Bits per original character, by numbers worked out by hand."""

import math

import pytest

from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.data.tokens import make_vocabulary
from charlab.evaluation.bits_per_character import SPELLING_BITS, OriginalText, split_text, text_of


def test_spelling_a_character_costs_as_much_as_there_are_characters():
    assert pytest.approx(2**SPELLING_BITS) == 17 * 65_536
    assert round(SPELLING_BITS, 2) == 20.09


def test_all_bits_over_all_characters():
    text = OriginalText("char", characters=10, spelled_out=3)
    nats = 25 * math.log(2)
    assert text.bits_per_char(nats) == pytest.approx((25 + 3 * 20.0874628) / 10)
    assert OriginalText("byte", 10, 0).bits_per_char(nats) == pytest.approx(2.5)
    assert OriginalText("char", 0, 0).bits_per_char(1.0) == math.inf


def test_of_characters_each_unknown_one_is_spelled_out():
    vocabulary = make_vocabulary("char", "abc")
    assert text_of("abxc😀", vocabulary) == OriginalText("char", 5, 2)


def test_of_words_an_unknown_one_is_spelled_out_with_its_space_and_its_end():
    vocabulary = make_vocabulary("word", ["the", " sun"])
    # " moon" has five characters and an end, "." one and an end.
    assert text_of("the moon sun.", vocabulary) == OriginalText("word", 13, 8)


def test_of_bytes_nothing_is_unknown_and_characters_are_what_counts():
    assert text_of("日本!", make_vocabulary("byte", ())) == OriginalText("byte", 3, 0)


def test_units_compare():
    """A model that gives every token of a unit the same chance, on the same text."""
    text = "aab" * 4  # 12 characters, 12 bytes; as words one token, unknown to a vocabulary of "x"
    characters = text_of(text, make_vocabulary("char", "ab")).bits_per_char(12 * math.log(2))
    all_bytes = text_of(text, make_vocabulary("byte", ())).bits_per_char(12 * math.log(256))
    lazy = text_of(text, make_vocabulary("word", ["x"])).bits_per_char(0.0)  # surely unknown
    assert characters == pytest.approx(1)
    assert all_bytes == pytest.approx(8)
    assert lazy == pytest.approx(13 * 20.0874628 / 12)


def test_of_a_corpus_s_splits():
    """Twenty characters, of which "ü" and "ñ" stand in the second half alone."""
    text = "ab ab ab. ab ü ñab. "
    made = {
        unit: build_corpus(
            [Document(text)],
            normalize="nfc",
            layout="stream",
            fractions=(0.5, 0.5, 0.0),
            split_seed=0,
            unit=unit,
            min_count=1,
        )
        for unit in ("char", "byte", "word")
    }
    # Nothing predicts a part's first token.
    assert split_text(made["char"], "train") == OriginalText("char", 9, 0)
    assert split_text(made["char"], "val") == OriginalText("char", 9, 2)
    # Of its 22 bytes each part has eleven: eleven characters here, nine (two of two bytes) there.
    assert split_text(made["byte"], "train") == OriginalText("byte", 10, 0)
    assert split_text(made["byte"], "val") == OriginalText("byte", 8, 0)


@pytest.mark.parametrize(
    ("unit", "known", "text", "expected"),
    [
        ("char", "abc", "xabx", (3, 1)),
        ("byte", (), "日本!", (2, 0)),
        ("word", ["the"], "moon the sun", (8, 8 + 2)),
    ],
)
def test_a_stream_s_first_token_is_given_and_not_paid_for(unit, known, text, expected):
    vocabulary = make_vocabulary(unit, known)
    assert text_of(text, vocabulary, document=False) == OriginalText(unit, *expected)


def test_rare_tokens_cost_more_than_known_ones_would():
    documents = [Document("aaaab" * 8)]
    settings = {"normalize": "nfc", "layout": "stream", "split_seed": 0, "unit": "char"}
    made = build_corpus(documents, fractions=(0.5, 0.5, 0.0), min_count=5, **settings)
    # Of the 20 characters of each part 4 are "b", which is too rare in train to be known, and the
    # first is given.
    assert made.vocabulary.tokens == ("a",)
    assert split_text(made, "train") == OriginalText("char", 19, 4)
    assert split_text(made, "val") == OriginalText("char", 19, 4)
    # A model that is always sure and right still pays for spelling four of nineteen.
    assert split_text(made, "val").bits_per_char(0.0) == pytest.approx(20.0874628 * 4 / 19)
