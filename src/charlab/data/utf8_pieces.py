"""Reading UTF-8 without encoding it again: most text is normalized as it stands.

Both forms of a piece are needed, the characters to normalize and the bytes for the fingerprint
(and as symbols). Where normalization changes nothing, the bytes are those of the file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from charlab.data.document import LongDocument
from charlab.data.normalize import normalize_text
from charlab.data.numbering import utf8_of
from charlab.data.pieces import MOST_HELD, SLICE, safe_cut
from charlab.errors import DataError

_CONTINUATION = bytes(range(0x80, 0xC0))  # bytes that go on with a character


def normalized_utf8(
    document: LongDocument, steps: Sequence[str], dropped: Counter[str]
) -> Iterator[tuple[str, bytes]]:
    """A document that has its text in UTF-8, normalized: pieces as characters and as bytes.

    Args:
        document: what to read.
        steps: checked normalization steps.
        dropped: counts the characters that normalization loses.

    Raises:
        DataError: if it is no text, cannot be read or changes meanwhile.
    """
    assert document.utf8 is not None
    for data in cut_utf8(document.utf8()):
        text = _decode(data, document)
        normalized = normalize_text(text, steps, dropped)
        if normalized:
            yield normalized, data if normalized is text else utf8_of(normalized)


def cut_utf8(blocks: Iterable[bytes], size: int = SLICE) -> Iterator[bytes]:
    """Pieces of about ``size`` bytes, cut where normalization may be (see `safe_cut`)."""
    held = b""
    for block in blocks:
        held = held + block if held else block
        begin = 0
        while len(held) - begin > size and (cut := _place(held, begin, begin + size)):
            yield held[begin:cut]
            begin = cut
        held = held[begin:]
    if held:
        yield held


def _place(data: bytes, begin: int, end: int) -> int:
    """Where to cut, if possible just before ``end``; 0 for nowhere."""
    for mark in (b" ", b"\n"):
        if (found := data.rfind(mark, begin, end)) >= 0:
            return found + 1
    window = data[begin:end]
    window = window[: len(window) - _unfinished(window)]
    try:
        text = window.decode()
    except UnicodeDecodeError:
        return end  # whoever decodes what was cut will find out too
    if cut := safe_cut(text):
        return begin + len(text[:cut].encode())
    after = [found + 1 for mark in (b" ", b"\n") if (found := data.find(mark, end)) >= 0]
    if after:
        return min(after)
    return begin + len(window) if len(data) - begin > MOST_HELD else 0


def _unfinished(data: bytes) -> int:
    """How many bytes at the end begin a character and may not end it."""
    whole = data.rstrip(_CONTINUATION)
    return len(data) - len(whole[:-1]) if whole[-1:] >= b"\xc0" else 0


def _decode(data: bytes, document: LongDocument) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        for _ in document.pieces():
            pass  # which raise an error that names the place
        raise DataError("the text has changed while it was read; try again")
    return text
