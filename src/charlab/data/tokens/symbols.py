"""Symbols: what white space parts, such as the phonemes ``HH AH L OW``."""

import re
from collections.abc import Iterable

from charlab.data.tokens.words import SplitVocabulary, WordTokenizer

_SYMBOL = re.compile(r"\S+")


def symbols_in(text: str) -> list[str]:
    """The symbols of a text."""
    return text.split()


def symbol_starts(text: str) -> list[int]:
    """The positions at which symbols begin."""
    return [found.start() for found in _SYMBOL.finditer(text)]


class SymbolTokenizer(WordTokenizer):
    """A token is what stands between white space; ids are given as tokens are met."""

    _split = staticmethod(symbols_in)
    _starts = staticmethod(symbol_starts)


class SymbolVocabulary(SplitVocabulary):
    """The symbols a model knows."""

    unit = "symbol"
    plural = "symbols"
    _split = staticmethod(symbols_in)
    _starts = staticmethod(symbol_starts)

    def decode(self, ids: Iterable[int]) -> str:
        """The symbols of ids with a space between two: nothing for ``EOS``, U+FFFD for ``UNK``."""
        return " ".join([self._shown[i] for i in ids if self._shown[i]])
