"""Symbols: what white space parts, such as the phonemes ``HH AH L OW``."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from charlab.data.tokens.vocabulary import FIRST, UNK, Ids, Vocabulary
from charlab.data.tokens.words import WordTokenizer

_SYMBOL = re.compile(r"\S+")


class SymbolTokenizer(WordTokenizer):
    """A token is what stands between white space; ids are given as tokens are met."""

    def cut(self, text: str) -> int:
        """Before the last token, which may go on."""
        starts = [found.start() for found in _SYMBOL.finditer(text)]
        return starts[-1] if starts else len(text)

    def _split(self, text: str) -> list[str]:
        return text.split()


class SymbolVocabulary(Vocabulary):
    """The symbols a model knows.

    Args:
        tokens: symbols; kept sorted and distinct.

    Raises:
        ValueError: if an item is not one symbol.
    """

    unit = "symbol"
    plural = "symbols"

    def __init__(self, tokens: Sequence[str]) -> None:
        super().__init__(sorted(set(tokens)))
        for token in self.tokens:
            if token.split() != [token]:
                raise ValueError(f"a vocabulary of symbols is made of symbols, not {token!r}")
        self._ids = {token: i for i, token in enumerate(self.tokens, start=FIRST)}

    def __repr__(self) -> str:
        return f"SymbolVocabulary({list(self.tokens)!r})"

    def encode(self, text: str) -> Ids:
        """Ids of a text's symbols, (n,); ``UNK`` where one is not known."""
        return np.array([self._ids.get(token, UNK) for token in text.split()], dtype=np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        """The symbols of ids with a space between two: nothing for ``EOS``, U+FFFD for ``UNK``."""
        return " ".join([self._shown[i] for i in ids if self._shown[i]])

    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Positions (in characters) and symbols of what is not known, in order."""
        found = ((match.start(), match.group()) for match in _SYMBOL.finditer(text))
        return [(start, token) for start, token in found if token not in self._ids]
