"""A unit of text that breaks a promise fails the test that holds it; sound ones: test_tokenizer."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from charlab.data import tokens
from charlab.data.tokens.vocabulary import FIRST, UNK, Ids, Unsigned
from charlab.data.tokens.words import WordTokenizer, WordVocabulary
from charlab.errors import UnknownCharacterError
from charlab.testing.tokenizer_contract import SCRIPTS, TokenizerContract
from tests.support.contract_calls import CAUGHT


class Words(TokenizerContract):
    unit = "word"


class LosesMarks(WordTokenizer):
    def token_ids(self, text: str, utf8: bytes | None = None) -> Unsigned:
        return super().token_ids(text.replace("\u0301", ""))


class CutsWords(WordTokenizer):
    def cut(self, text: str) -> int:
        return len(text)


class HoldsAllBack(WordTokenizer):
    def cut(self, text: str) -> int:
        return 0


class LosesHardSpaces(WordVocabulary):
    def decode(self, ids: Iterable[int]) -> str:
        return super().decode(ids).replace("\u00a0", " ")


class Strips(WordVocabulary):
    def encode(self, text: str) -> Ids:
        return super().encode(text.strip())


class CalledOtherwise(WordVocabulary):
    unit = "char"


class SmallIds(WordVocabulary):
    def encode(self, text: str) -> Ids:
        return super().encode(text).astype(np.int32)


class NamesOneTooFar(WordVocabulary):
    def unknown(self, text: str) -> list[tuple[int, str]]:
        return [(at + 1, token) for at, token in super().unknown(text)]


class NamesBackwards(WordVocabulary):
    def unknown(self, text: str) -> list[tuple[int, str]]:
        return super().unknown(text)[::-1]


class MarksNothing(WordVocabulary):
    def encode(self, text: str) -> Ids:
        ids = super().encode(text)
        return np.where((ids == UNK) & (np.arange(len(ids)) % 2 == 1), FIRST, ids)


class RefusesNothing(WordVocabulary):
    def require_known(self, text: str, what: str) -> None:
        pass


class RefusesInTwoLines(WordVocabulary):
    def require_known(self, text: str, what: str) -> None:
        try:
            super().require_known(text, what)
        except UnknownCharacterError as error:
            raise UnknownCharacterError(f"{error}\nsorry") from None


class IsEqualToItselfOnly(WordVocabulary):
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class HashesByPlace(WordVocabulary):
    __eq__ = WordVocabulary.__eq__

    def __hash__(self) -> int:
        return id(self)


class ShowsTheEndMark(WordVocabulary):
    def __init__(self, tokens: Sequence[str]) -> None:
        super().__init__(tokens)
        self._shown = ("$", *self._shown[1:])


class ShowsUnknownAsAQuestion(WordVocabulary):
    def __init__(self, tokens: Sequence[str]) -> None:
        super().__init__(tokens)
        self._shown = ("", "?", *self._shown[2:])


class OnlySpacedForms(WordVocabulary):
    def forms(self, text: str) -> list[str]:
        return [f" {text}"]


class SettlesTooMuch(WordVocabulary):
    def settled(self, prompt: str) -> str:
        return prompt[:-1]


class SettlesOnSomethingElse(WordVocabulary):
    def settled(self, prompt: str) -> str:
        return f"{prompt} "


BACK, CUT = "test_what_is_encoded_comes_back", "test_a_text_may_be_cut_where_it_says"
UNKNOWN = "test_what_is_unknown_is_marked_and_named"
AGAIN = "test_a_vocabulary_is_made_again_of_its_tokens"
MARKS, FORMS = "test_marks_are_shown", "test_a_prompt_s_forms"


def run(test: str) -> None:
    method = getattr(Words(), test)
    if test == BACK:
        for script in SCRIPTS:  # few examples of each: no one script finds everything
            method(script=script)
    else:
        method()


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (LosesMarks, BACK),
        (LosesHardSpaces, BACK),
        (Strips, BACK),
        (CalledOtherwise, BACK),
        (SmallIds, BACK),
        (CutsWords, CUT),
        (HoldsAllBack, CUT),
        (NamesOneTooFar, UNKNOWN),
        (NamesBackwards, UNKNOWN),
        (MarksNothing, UNKNOWN),
        (RefusesNothing, UNKNOWN),
        (RefusesInTwoLines, UNKNOWN),
        (IsEqualToItselfOnly, AGAIN),
        (HashesByPlace, AGAIN),
        (ShowsTheEndMark, MARKS),
        (ShowsUnknownAsAQuestion, MARKS),
        (OnlySpacedForms, FORMS),
        (SettlesTooMuch, FORMS),
        (SettlesOnSomethingElse, FORMS),
    ],
)
def test_a_unit_that_breaks_a_promise_is_caught(
    broken: type[Any], test: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = "tokenizer" if issubclass(broken, WordTokenizer) else "vocabulary"
    unit = tokens._UNITS["word"]._replace(**{what: broken})
    monkeypatch.setitem(tokens._UNITS, "word", unit)
    with pytest.raises((*CAUGHT, ExceptionGroup)):
        run(test)
