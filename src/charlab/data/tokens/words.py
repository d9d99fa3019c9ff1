"""Words: tokens that put together give the text back to the letter.

A token is a word with the single space before it, a punctuation mark or token with the single
space before it, or any other white space character by itself: ``'the king,  said'`` is ``'the'``,
``' king'``, ``','``, ``' '``, ``' said'``. A word is a run of letters, digits, underscores and the
marks that belong to them. Han characters stand one by one. Scripts that put no space between words
(Thai, Khmer, the kana) are not taken apart: use characters or bytes for them.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.tokenizer import Tokenizer
from charlab.data.tokens.vocabulary import (
    CODE_POINTS,
    FIRST,
    UNK,
    Ids,
    Unsigned,
    Vocabulary,
    code_points,
    smallest_unsigned,
)

_NEW, _SPACE, _WHITE, _WORD, _MARK, _SINGLE = range(6)  # kinds of characters; _NEW: not looked up

# Whether a character of a kind (second index) goes on with the token of the kind before it.
_JOINS = np.zeros((6, 6), dtype=np.bool_)
_JOINS[[_WORD, _SPACE], _WORD] = True
_JOINS[_SPACE, _SINGLE] = True

_JOINERS = "\u200c\u200d"  # stand within words of Persian and Indian scripts, and within emoji
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))

_kinds = np.zeros(CODE_POINTS, dtype=np.uint8)  # filled as characters are met


def split_words(text: str) -> list[str]:
    """The tokens of a text; joined they are the text."""
    borders = [*token_starts(text), len(text)]
    return [text[start:end] for start, end in pairwise(borders)]


def token_starts(text: str) -> list[int]:
    """The positions at which tokens begin, (n,)."""
    kinds = _look_up(code_points(text))
    marks = kinds == _MARK
    goes_on = np.zeros(len(kinds), dtype=np.bool_)
    if marks.any():  # a mark is of the kind of what it stands on, or begins a word
        place = np.maximum.accumulate(np.where(marks, 0, np.arange(len(kinds))))
        base = kinds[place]
        goes_on = marks & ((base == _WORD) | (base == _SINGLE))
        kinds = np.where(marks & ~goes_on, _WORD, base)
    goes_on[1:] |= _JOINS[kinds[:-1], kinds[1:]]
    goes_on[:1] = False
    return np.flatnonzero(~goes_on).tolist()


def _look_up(points: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    kinds = _kinds[points]
    if not kinds.all():
        for point in np.unique(points[kinds == _NEW]).tolist():
            _kinds[point] = _kind(chr(point))
        kinds = _kinds[points]
    return kinds


def _kind(character: str) -> int:
    if character.isspace():
        return _SPACE if character == " " else _WHITE
    if character in _JOINERS or unicodedata.category(character).startswith("M"):
        return _MARK
    if any(first <= ord(character) <= last for first, last in _HAN):
        return _SINGLE
    return _WORD if character.isalnum() or character == "_" else _SINGLE


class WordTokenizer(Tokenizer):
    """A token is a word or what stands between words; ids are given as tokens are met."""

    _split: "ClassVar[staticmethod[[str], list[str]]]" = staticmethod(split_words)
    _starts: "ClassVar[staticmethod[[str], list[int]]]" = staticmethod(token_starts)

    def __init__(self) -> None:
        self._ids: defaultdict[str, int] = defaultdict()
        self._ids.default_factory = self._ids.__len__

    def token_ids(self, text: str, utf8: bytes | None = None) -> Unsigned:
        """Ids of the tokens, (n,)."""
        tokens = self._split(text)
        token_ids = np.fromiter(map(self._ids.__getitem__, tokens), np.uint32, len(tokens))
        return token_ids.astype(smallest_unsigned(len(self._ids)))

    def tokens(self) -> list[str]:
        """The tokens."""
        return list(self._ids)

    def cut(self, text: str) -> int:
        """Before the last token, which may go on."""
        return (self._starts(text) or [len(text)])[-1]


class SplitVocabulary(Vocabulary):
    """Tokens that a text is split into.

    Args:
        tokens: kept sorted and distinct.

    Raises:
        ValueError: if an item is not one token.
    """

    _split: "ClassVar[staticmethod[[str], list[str]]]"
    _starts: "ClassVar[staticmethod[[str], list[int]]]"

    def __init__(self, tokens: Sequence[str]) -> None:
        super().__init__(sorted(set(tokens)))
        for token in self.tokens:
            if self._split(token) != [token]:
                raise ValueError(f"a vocabulary of {self.plural} is made of tokens, not {token!r}")
        self._ids = {token: i for i, token in enumerate(self.tokens, start=FIRST)}

    def encode(self, text: str) -> Ids:
        """Ids of a text's tokens, (n,); ``UNK`` where a token is not known."""
        return np.array([self._ids.get(t, UNK) for t in self._split(text)], dtype=np.int64)

    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Positions (in characters) and tokens of what is not known, in order."""
        tokens = zip(self._starts(text), self._split(text), strict=True)
        return [(start, token) for start, token in tokens if token not in self._ids]


class WordVocabulary(SplitVocabulary):
    """The words a model knows."""

    unit = "word"
    plural = "words"
    _split = staticmethod(split_words)
    _starts = staticmethod(token_starts)

    def forms(self, text: str) -> list[str]:
        """The text as it is, and with a space before it."""
        return [text, f" {text}"]

    def settled(self, prompt: str) -> str:
        """Without a space at the end, where the vocabulary has words that begin with one."""
        spaced = any(token.startswith(" ") and token != " " for token in self.tokens)
        return prompt.removesuffix(" ") if spaced else prompt

    def _advice(self, unknown: list[tuple[int, str]]) -> str:
        spaced = [token for _, token in unknown if f" {token}" in self._ids]
        if spaced:
            return f"with a space before it {spaced[0]!r} is known; leave the others out"
        return "leave them out"
