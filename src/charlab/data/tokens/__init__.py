"""The units of text: what one token is. ``dataset.unit`` names one of them.

A tokenizer splits text while it is read; when all is counted, a vocabulary is made of what is
frequent enough, and from then on encodes and decodes alone.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.characters import CharacterTokenizer, CharacterVocabulary
from charlab.data.tokens.tokenizer import Tokenizer
from charlab.data.tokens.utf8_bytes import ByteTokenizer, ByteVocabulary
from charlab.data.tokens.vocabulary import FIRST, UNK, Vocabulary
from charlab.data.tokens.words import WordTokenizer, WordVocabulary
from charlab.errors import ConfigError

__all__ = [
    "UNITS",
    "Tokenizer",
    "id_table",
    "make_vocabulary",
    "resolve_min_count",
    "tokenizer",
    "vocabulary_from_counts",
]

_TOKENIZERS: dict[str, type[Tokenizer]] = {
    "char": CharacterTokenizer,
    "byte": ByteTokenizer,
    "word": WordTokenizer,
}
_VOCABULARIES: dict[str, type[CharacterVocabulary | ByteVocabulary | WordVocabulary]] = {
    "char": CharacterVocabulary,
    "byte": ByteVocabulary,
    "word": WordVocabulary,
}
UNITS = tuple(_TOKENIZERS)

# What a token must occur in the train part to be known, where dataset.min_count is null. Of a
# word that occurs once or twice little can be learnt, and most different words are of that kind.
_MIN_COUNT = {"char": 1, "byte": 1, "word": 3}


def tokenizer(unit: str) -> Tokenizer:
    """A new tokenizer of a unit.

    Raises:
        ConfigError: if there is no such unit.
    """
    return _TOKENIZERS[_known(unit)]()


def make_vocabulary(unit: str, tokens: Sequence[str]) -> Vocabulary:
    """The vocabulary of these tokens; that of bytes needs none.

    Raises:
        ConfigError: if there is no such unit.
        ValueError: if a token is none of the unit.
    """
    return _VOCABULARIES[_known(unit)](tokens)


def resolve_min_count(unit: str, min_count: int | None) -> int:
    """How often a token must occur in the train part to be known.

    Args:
        unit: the unit.
        min_count: what was set; None takes 3 for words and 1 for the others.

    Raises:
        ConfigError: if it is set for bytes, which are all known.
    """
    if min_count is None:
        return _MIN_COUNT[_known(unit)]
    if unit == "byte" and min_count > 1:
        raise ConfigError(
            f"dataset.min_count={min_count}: bytes are never unknown, however rare: leave it out"
        )
    return min_count


def vocabulary_from_counts(
    unit: str, tokens: Sequence[str], counts: npt.ArrayLike, min_count: int
) -> tuple[Vocabulary, int, int]:
    """The vocabulary of what occurs often enough.

    Args:
        unit: the unit.
        tokens: distinct tokens, n of them.
        counts: how often each occurs in the train part, (n,).
        min_count: rarer ones are left out and become the unknown mark (bytes never do).

    Returns:
        The vocabulary; how many tokens of the train part are left out; how often they occur.
    """
    occurrences = np.asarray(counts, dtype=np.int64)
    if unit == "byte":
        return ByteVocabulary(), 0, 0
    rare = (occurrences > 0) & (occurrences < min_count)
    known = [tokens[i] for i in np.flatnonzero(occurrences >= max(min_count, 1)).tolist()]
    return make_vocabulary(unit, known), int(rare.sum()), int(occurrences[rare].sum())


def id_table(source: Tokenizer, vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
    """Ids in a vocabulary by number in a tokenizer of its unit, (size,); else ``UNK``."""
    if isinstance(vocabulary, ByteVocabulary):
        return np.arange(source.size, dtype=np.int64) + FIRST
    if isinstance(vocabulary, CharacterVocabulary):
        return vocabulary.encode_points(np.arange(source.size, dtype=np.uint32))
    index = {token: i for i, token in enumerate(vocabulary.tokens, start=FIRST)}
    names = source.tokens(range(source.size))
    return np.fromiter((index.get(name, UNK) for name in names), np.int64, len(names))


def _known(unit: str) -> str:
    if unit not in UNITS:
        raise ConfigError(f"dataset.unit={unit}: choose one of: {', '.join(UNITS)}")
    return unit
