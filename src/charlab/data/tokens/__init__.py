"""The units of text: what one token is. ``dataset.unit`` names one of them.

A tokenizer splits text while it is read; when all is counted, a vocabulary is made of what is
frequent enough, and from then on encodes and decodes alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.characters import CharacterTokenizer, CharacterVocabulary
from charlab.data.tokens.symbols import SymbolTokenizer, SymbolVocabulary
from charlab.data.tokens.tokenizer import Tokenizer
from charlab.data.tokens.utf8_bytes import ByteTokenizer, ByteVocabulary, byte_lengths
from charlab.data.tokens.vocabulary import (
    FIRST,
    UNK,
    Integers,
    Unsigned,
    Vocabulary,
    smallest_unsigned,
)
from charlab.data.tokens.words import WordTokenizer, WordVocabulary
from charlab.errors import ConfigError, DataError

__all__ = [
    "UNITS",
    "Tokenizer",
    "learn_vocabulary",
    "make_vocabulary",
    "resolve_min_count",
    "token_lengths",
    "tokenizer",
]


class _Unit(NamedTuple):
    tokenizer: type[Tokenizer]
    vocabulary: type[CharacterVocabulary | ByteVocabulary | WordVocabulary | SymbolVocabulary]
    min_count: int = 1  # what a token must occur in the train part, where dataset.min_count is null


# Of a word that occurs once or twice little can be learnt, and most different words are of that
# kind.
_UNITS = {
    "char": _Unit(CharacterTokenizer, CharacterVocabulary),
    "byte": _Unit(ByteTokenizer, ByteVocabulary),
    "word": _Unit(WordTokenizer, WordVocabulary, min_count=3),
    "symbol": _Unit(SymbolTokenizer, SymbolVocabulary),
}
UNITS = tuple(_UNITS)


def tokenizer(unit: str) -> Tokenizer:
    """A new tokenizer of a unit.

    Raises:
        ConfigError: if there is no such unit.
    """
    return _unit(unit).tokenizer()


def make_vocabulary(unit: str, tokens: Sequence[str]) -> Vocabulary:
    """The vocabulary of these tokens; that of bytes needs none.

    Raises:
        ConfigError: if there is no such unit.
        ValueError: if a token is none of the unit.
    """
    return _unit(unit).vocabulary(tokens)


def resolve_min_count(unit: str, min_count: int | None) -> int:
    """How often a token must occur in the train part to be known.

    Args:
        unit: what a token is.
        min_count: what was set; None takes 3 for words and 1 for the others.

    Raises:
        ConfigError: if it is set for bytes, which are all known.
    """
    if min_count is None:
        return _unit(unit).min_count
    if unit == "byte" and min_count > 1:
        raise ConfigError(
            f"dataset.min_count={min_count}: bytes are never unknown, however rare: leave it out"
        )
    return min_count


def learn_vocabulary(
    unit: str, tokens: Sequence[str], counts: npt.ArrayLike, min_count: int | None = None
) -> tuple[Vocabulary, Unsigned, tuple[int, int]]:
    """The vocabulary of what occurs often enough in the train part.

    Args:
        unit: the unit.
        tokens: those of a tokenizer, S of them.
        counts: how often each occurs in the train part, (S,).
        min_count: rarer ones become the unknown mark (bytes never do); see `resolve_min_count`.

    Returns:
        The vocabulary; the id of each token in it, (S,); how many tokens of the train part are too
        rare, and how often they occur.

    Raises:
        ConfigError: as `resolve_min_count`.
        DataError: if all of them are too rare.
    """
    least = resolve_min_count(unit, min_count)
    occurrences = np.asarray(counts, dtype=np.int64)
    rare = (occurrences > 0) & (occurrences < least)
    if rare.any() and not (occurrences >= least).any():
        raise DataError(
            f"no symbol of the train part occurs {least} times or more: "
            f"lower dataset.min_count={least} or give more text"
        )
    known = np.flatnonzero(occurrences >= max(least, 1)).tolist()
    vocabulary = make_vocabulary(unit, [tokens[i] for i in known] if unit != "byte" else ())
    ids = {token: i for i, token in enumerate(vocabulary.tokens, start=FIRST)}
    table = np.array([ids.get(token, UNK) for token in tokens], smallest_unsigned(vocabulary.size))
    return vocabulary, table, (int(rare.sum()), int(occurrences[rare].sum()))


def token_lengths(unit: str, tokens: Sequence[str]) -> Integers:
    """Characters (code points) of each of a tokenizer's tokens, (S,).

    Over a text they sum to its length, but for the white space between symbols.
    """
    if unit == "byte":
        return byte_lengths()
    return np.fromiter(map(len, tokens), np.int64, len(tokens))


def _unit(name: str) -> _Unit:
    if name not in _UNITS:
        raise ConfigError(f"dataset.unit={name}: choose one of: {', '.join(UNITS)}")
    return _UNITS[name]
