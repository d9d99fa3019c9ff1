"""Characters: Unicode code points."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.tokenizer import Numbers, Tokenizer
from charlab.data.tokens.vocabulary import (
    CODE_POINTS,
    FIRST,
    REPLACEMENT,
    UNK,
    Ids,
    Vocabulary,
    code_points,
)


class CharacterTokenizer(Tokenizer):
    """A token is a code point and its number the code point itself."""

    @property
    def size(self) -> int:
        """All code points of Unicode."""
        return CODE_POINTS

    def points(self, text: str) -> Numbers:
        """The code points, (length,)."""
        return code_points(text)

    def tokens(self, token_ids: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
        """The characters."""
        return [chr(number) for number in token_ids]

    def lengths(self) -> npt.NDArray[np.int64]:
        """All one."""
        return np.ones(CODE_POINTS, dtype=np.int64)


class CharacterVocabulary(Vocabulary):
    """The characters a model knows.

    Args:
        tokens: single characters; kept sorted by code point and distinct.

    Raises:
        ValueError: if an item is not a single character.
    """

    unit = "char"
    plural = "characters"

    def __init__(self, tokens: Sequence[str]) -> None:
        for character in tokens:
            if len(character) != 1:
                raise ValueError(f"a vocabulary is made of single characters, not {character!r}")
        super().__init__(sorted(set(tokens)))
        known = code_points("".join(self.tokens))
        # One place beyond the last known code point stands for everything above it.
        self._ids = np.full(int(known.max(initial=0)) + 2, UNK, dtype=np.int64)
        self._ids[known] = np.arange(FIRST, self.size)
        self._shown = ("", REPLACEMENT, *self.tokens)

    def __repr__(self) -> str:
        return f"CharacterVocabulary({''.join(self.tokens)!r})"

    def encode(self, text: str) -> Ids:
        """Ids of a text, (length,); ``UNK`` where a character is not known."""
        return self.encode_points(code_points(text))

    def encode_points(self, points: npt.NDArray[np.unsignedinteger]) -> Ids:
        """Ids of code points, (length,), as `encode`."""
        ids: Ids = self._ids[np.minimum(points, len(self._ids) - 1)]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids: nothing for ``EOS``, U+FFFD for ``UNK``."""
        return "".join([self._shown[i] for i in ids])

    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Positions and characters of what is not known, in order."""
        return [(int(i), text[i]) for i in np.flatnonzero(self.encode(text) == UNK)]
