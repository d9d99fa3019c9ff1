"""Bytes: text in UTF-8, 256 tokens whatever the script, none of them ever unknown."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.tokenizer import Tokenizer
from charlab.data.tokens.vocabulary import (
    FIRST,
    REPLACEMENT,
    UNK,
    Ids,
    Integers,
    Unsigned,
    Vocabulary,
)

BYTES = 256
_SURROGATE = re.compile("[\ud800-\udfff]")  # halves of characters, which UTF-8 has no bytes for

_SHOWN = tuple(chr(b) if 0x20 <= b < 0x7F else f"<0x{b:02X}>" for b in range(BYTES))


def utf8_bytes(text: str) -> npt.NDArray[np.uint8]:
    """The bytes of a text, (n,); a lone surrogate is replaced by U+FFFD."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        data = _SURROGATE.sub(REPLACEMENT, text).encode("utf-8")
    return np.frombuffer(data, dtype=np.uint8)


class ByteTokenizer(Tokenizer):
    """A token is a byte of the text's UTF-8 form and its id the byte itself."""

    def token_ids(self, text: str, utf8: bytes | None = None) -> Unsigned:
        """The bytes, (n,)."""
        if utf8 is None or b"\xed" in utf8:  # where surrogates begin, and some letters
            return utf8_bytes(text)
        return np.frombuffer(utf8, np.uint8)

    def tokens(self) -> list[str]:
        """The bytes as they are shown: ``A``, ``<0xC3>``."""
        return list(_SHOWN)


def byte_lengths() -> Integers:
    """One for a byte that begins a character, none for one that goes on with it, (256,)."""
    return np.array([byte & 0xC0 != 0x80 for byte in range(BYTES)], dtype=np.int64)


class ByteVocabulary(Vocabulary):
    """All 256 bytes; the id of byte b is 2 + b.

    Args:
        tokens: nothing, or all bytes as they are shown: there is no other vocabulary of bytes.

    Raises:
        ValueError: if it is something else.
    """

    unit = "byte"
    plural = "characters"

    def __init__(self, tokens: Sequence[str] = ()) -> None:
        if tokens and tuple(tokens) != _SHOWN:
            raise ValueError("a vocabulary of bytes holds all 256 of them")
        super().__init__(_SHOWN)

    def encode(self, text: str) -> Ids:
        """Ids of a text's UTF-8 bytes, (n,); never ``UNK``."""
        return utf8_bytes(text).astype(np.int64) + FIRST

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids; bytes that are no UTF-8 are shown as U+FFFD, as ``UNK`` is."""
        mark = REPLACEMENT.encode()
        parts = [bytes([i - FIRST]) if i >= FIRST else mark * (i == UNK) for i in ids]
        return b"".join(parts).decode("utf-8", "replace")

    def whole(self, ids: Sequence[int]) -> int:
        """Without the bytes at the end that begin a character and do not end it."""
        for back in range(1, min(3, len(ids)) + 1):
            byte = ids[-back] - FIRST
            if byte & 0xC0 != 0x80:  # no byte of a character that goes on
                needed = 1 + sum(byte >= lead for lead in (0xC0, 0xE0, 0xF0))
                return len(ids) - back if needed > back else len(ids)
        return len(ids)

    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Lone surrogates alone: every other character has bytes."""
        return [(found.start(), found.group()) for found in _SURROGATE.finditer(text)]

    def _advice(self, unknown: list[tuple[int, str]]) -> str:
        return "no text in UTF-8 has them: leave them out"
