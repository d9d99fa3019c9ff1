"""Small numbers for the tokens of a text while it is read, before its vocabulary is known."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from charlab.data.tokens import Tokenizer, tokenizer
from charlab.data.tokens.ragged import smallest_unsigned
from charlab.data.tokens.utf8_bytes import utf8_bytes
from charlab.data.tokens.vocabulary import CODE_POINTS, code_points

Unsigned = npt.NDArray[np.unsignedinteger]


class IncrementalTokenizer(Protocol):
    """Numbers tokens as they are met; a token keeps its number."""

    tokenizer: Tokenizer

    def token_ids(self, text: str, utf8: bytes) -> Unsigned:
        """Numbers of a text's tokens, (n,), in the smallest type for all numbers so far.

        Args:
            text: a piece of text that cuts no token.
            utf8: the same as `utf8_of` gives it.
        """

    def tokens(self) -> list[str]:
        """The token of each number, (S,)."""


def incremental_tokenizer(unit: str) -> IncrementalTokenizer:
    """A new numbering for a unit.

    Raises:
        ConfigError: if there is no such unit.
    """
    kinds: dict[str, Callable[[], IncrementalTokenizer]] = {
        "char": _Characters,
        "byte": _Bytes,
        "word": _Words,
    }
    if unit not in kinds:
        tokenizer(unit)  # names the units that there are
    return kinds[unit]()


class _Characters:
    """Code points are many and a text holds few of them: numbered as they come, from 1."""

    def __init__(self) -> None:
        self.tokenizer = tokenizer("char")
        self._table: Unsigned = np.zeros(CODE_POINTS, dtype=np.uint8)  # 0: not met yet
        self._met = [np.zeros(1, dtype=np.uint32)]
        self._count = 1

    def token_ids(self, text: str, utf8: bytes) -> Unsigned:
        single = _single_bytes(text)
        points = code_points(text) if single is None else np.frombuffer(single, np.uint8)
        token_ids = self._look_up(points, single)
        if not token_ids.all():
            self._meet(distinct(points[token_ids == 0]))
            token_ids = self._look_up(points, single)
        return token_ids

    def _look_up(self, points: Unsigned, single: bytes | None) -> Unsigned:
        if single is None or self._table.dtype != np.uint8:
            return self._table[points]
        # Several times faster than NumPy's indices, which take 8 bytes a token.
        return np.frombuffer(single.translate(self._table[:256].tobytes()), np.uint8)

    def _meet(self, points: npt.NDArray[np.uint32]) -> None:
        self._met.append(points)
        first, self._count = self._count, self._count + len(points)
        self._table = self._table.astype(smallest_unsigned(self._count), copy=False)
        self._table[points] = np.arange(first, self._count)

    def tokens(self) -> list[str]:
        return ["", *map(chr, np.concatenate(self._met[1:]).tolist())] if self._count > 1 else [""]


class _Bytes:
    """A byte is its own number."""

    def __init__(self) -> None:
        self.tokenizer = tokenizer("byte")

    def token_ids(self, text: str, utf8: bytes) -> Unsigned:
        if b"\xed" in utf8:  # where surrogates begin, and some letters
            return utf8_bytes(text)
        return np.frombuffer(utf8, np.uint8)

    def tokens(self) -> list[str]:
        return self.tokenizer.tokens(range(self.tokenizer.size))


class _Words:
    """The tokenizer's own numbers, which begin at 0."""

    def __init__(self) -> None:
        self.tokenizer = tokenizer("word")

    def token_ids(self, text: str, utf8: bytes) -> Unsigned:
        token_ids = self.tokenizer.points(text)
        return token_ids.astype(smallest_unsigned(self.tokenizer.size))

    def tokens(self) -> list[str]:
        return self.tokenizer.tokens(range(self.tokenizer.size))


def utf8_of(text: str) -> bytes:
    """A text in UTF-8; lone surrogates (a command line may hold them) pass as they are."""
    return text.encode("utf-8", "surrogatepass")


def _single_bytes(text: str) -> bytes | None:
    """The code points of a text that has none above 255; else None.

    To find out costs next to nothing: Python keeps such a text in single bytes.
    """
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


def distinct(points: Unsigned) -> npt.NDArray[np.uint32]:
    """The distinct numbers, sorted; a table is faster than sorting a text."""
    seen = np.zeros(int(points.max(initial=0)) + 1, dtype=bool)
    seen[points] = True
    return np.flatnonzero(seen).astype(np.uint32)
