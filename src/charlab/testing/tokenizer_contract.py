"""What a unit's tokenizer and vocabulary must do, as tests to inherit.

Needs pytest and hypothesis.

class TestMyUnit(TokenizerContract):
    unit = "my_unit"
"""

# ruff: noqa: D102 (a test's name is its sentence)

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charlab.data.tokens import (
    learn_vocabulary,
    make_vocabulary,
    token_lengths,
    tokenizer,
)
from charlab.data.tokens.vocabulary import EOS, FIRST, REPLACEMENT, UNK, Vocabulary
from charlab.errors import UnknownCharacterError

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
SPACES = "  \n\t\u00a0\u3000.,!'_1\u0301\u200d\ufe0f"  # and what stands between and on letters
MIXED = st.text(st.sampled_from("ab _1.,'😀漢\u0301\u200d\n\t \u0915\u093f") | st.characters())

inherited = settings(max_examples=50, suppress_health_check=[HealthCheck.differing_executors])


def texts_in(script: str) -> st.SearchStrategy[str]:
    """Texts of a script, with spaces, marks and punctuation."""
    first, last = SCRIPTS[script]
    letters = st.characters(min_codepoint=first, max_codepoint=last)
    return st.text(letters | st.sampled_from(SPACES), max_size=40)


class TokenizerContract:
    """A subclass gives the ``unit``."""

    unit: str

    def known(self, text: str) -> Vocabulary:
        """The vocabulary of all that stands in a text."""
        source = tokenizer(self.unit)
        token_ids = source.token_ids(text)
        tokens = source.tokens()
        counts = np.bincount(token_ids, minlength=len(tokens))
        vocabulary, table, dropped = learn_vocabulary(self.unit, tokens, counts, 1)
        assert dropped == (0, 0)
        np.testing.assert_array_equal(table[token_ids], vocabulary.encode(text))
        assert int(token_lengths(self.unit, tokens)[token_ids].sum()) == len(text)
        assert vocabulary.unit == self.unit
        return vocabulary

    @pytest.mark.parametrize("script", SCRIPTS)
    @settings(inherited, max_examples=20)
    @given(data=st.data())
    def test_what_is_encoded_comes_back(self, script: str, data: st.DataObject) -> None:
        text = data.draw(texts_in(script))
        vocabulary = self.known(text)
        ids = vocabulary.encode(text)
        assert ids.dtype == np.int64
        assert all(FIRST <= i < vocabulary.size for i in ids)
        assert vocabulary.size == FIRST + len(vocabulary.tokens)
        assert vocabulary.decode([EOS, *ids, EOS]) == text
        assert vocabulary.whole(ids.tolist()) == len(ids)
        assert vocabulary.unknown(text) == []
        vocabulary.require_known(text, "text=")

    @inherited
    @given(text=MIXED, rest=MIXED)
    def test_a_text_may_be_cut_where_it_says(self, text: str, rest: str) -> None:
        source = tokenizer(self.unit)
        cut = source.cut(text)
        pieces = [*source.token_ids(text[:cut]), *source.token_ids(text[cut:] + rest)]
        assert pieces == source.token_ids(text + rest).tolist()
        assert len(tokenizer(self.unit).token_ids(text[cut:])) <= 1  # what is held back

    @inherited
    @given(text=MIXED, other=MIXED)
    def test_what_is_unknown_is_marked_and_named(self, text: str, other: str) -> None:
        vocabulary = self.known(text)
        unknown = vocabulary.unknown(other)
        assert all(other[at:].startswith(token) for at, token in unknown)
        assert unknown == sorted(unknown)
        assert int((vocabulary.encode(other) == UNK).sum()) in (len(unknown), 0)
        if not unknown:
            vocabulary.require_known(other, "text=")
            return
        with pytest.raises(UnknownCharacterError, match=r"^text= holds ") as error:
            vocabulary.require_known(other, "text=")
        assert "\n" not in str(error.value)
        assert repr(unknown[0][1]) in str(error.value)
        assert f"at {unknown[0][0]}" in str(error.value)

    @inherited
    @given(text=MIXED)
    def test_a_vocabulary_is_made_again_of_its_tokens(self, text: str) -> None:
        vocabulary = self.known(text)
        again = make_vocabulary(self.unit, vocabulary.tokens)
        assert again == vocabulary
        assert hash(again) == hash(vocabulary)
        assert again.tokens == vocabulary.tokens
        np.testing.assert_array_equal(again.encode(text), vocabulary.encode(text))

    def test_marks_are_shown(self) -> None:
        vocabulary = self.known("ba")
        assert vocabulary.decode([]) == vocabulary.decode([EOS, EOS]) == ""
        assert vocabulary.decode([EOS, *vocabulary.encode("ba"), UNK]) == f"ba{REPLACEMENT}"

    @inherited
    @given(prompt=MIXED)
    def test_a_prompt_s_forms(self, prompt: str) -> None:
        vocabulary = self.known(f" {prompt} a")
        settled = vocabulary.settled(prompt)
        assert prompt.startswith(settled)
        assert prompt in vocabulary.forms(prompt)
        assert settled.rstrip() == prompt.rstrip()
