"""Characters: Unicode code points."""

from collections.abc import Sequence

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


class CharacterTokenizer(Tokenizer):
    """A token is a code point.

    Code points are many and a text holds few of them: numbered as they come, from 1.
    """

    def __init__(self) -> None:
        self._table: Unsigned = np.zeros(CODE_POINTS, dtype=np.uint8)  # 0: not met yet
        self._tokens = [""]

    def token_ids(self, text: str, utf8: bytes | None = None) -> Unsigned:
        """Ids of the code points, (length,)."""
        single = _single_bytes(text)
        points = code_points(text) if single is None else np.frombuffer(single, np.uint8)
        token_ids = self._look_up(points, single)
        if not token_ids.all():
            self._meet(_distinct(points[token_ids == 0]))
            token_ids = self._look_up(points, single)
        return token_ids

    def tokens(self) -> list[str]:
        """The characters; none has the id 0."""
        return self._tokens

    def _look_up(self, points: Unsigned, single: bytes | None) -> Unsigned:
        if single is None or self._table.dtype != np.uint8:
            return self._table[points]
        # Several times faster than NumPy's indices, which take 8 bytes a token.
        return np.frombuffer(single.translate(self._table[:256].tobytes()), np.uint8)

    def _meet(self, points: npt.NDArray[np.intp]) -> None:
        first = len(self._tokens)
        self._tokens += map(chr, points.tolist())
        self._table = self._table.astype(smallest_unsigned(len(self._tokens)), copy=False)
        self._table[points] = np.arange(first, len(self._tokens))


def _single_bytes(text: str) -> bytes | None:
    """The code points of a text that has none above 255; else None.

    To find out costs next to nothing: Python keeps such a text in single bytes.
    """
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


def _distinct(points: Unsigned) -> npt.NDArray[np.intp]:
    """The distinct code points, sorted; a table is faster than sorting a text."""
    seen = np.zeros(int(points.max(initial=0)) + 1, dtype=bool)
    seen[points] = True
    return np.flatnonzero(seen)


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

    def encode(self, text: str) -> Ids:
        """Ids of a text, (length,); ``UNK`` where a character is not known."""
        ids: Ids = self._ids[np.minimum(code_points(text), len(self._ids) - 1)]
        return ids

    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Positions and characters of what is not known, in order."""
        return [(int(i), text[i]) for i in np.flatnonzero(self.encode(text) == UNK)]
