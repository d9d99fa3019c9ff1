"""Normalizing a text piece by piece, to the letter as if it were done at once."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from charlab.data.documents.document import LongDocument
from charlab.data.documents.normalize import normalize_text
from charlab.data.tokens.tokenizer import Tokenizer
from charlab.data.tokens.vocabulary import utf8_of
from charlab.errors import DataError

MOST_HELD = 2**24  # characters that are held at most where there is no place to cut
REACH = 2**16  # characters from the end among which a place is looked for
SLICE = 2**16  # bytes that are worked on together: they fit into a processor's cache
TAIL = 2**12  # characters of a piece's end in which its last token begins, unless it is longer

SIGMA = "Σ"  # in lower case it looks at what stands on both sides of it
_SOLID = ("Lu", "Ll", "Lt", "Lo", "Nd", "Zs")
_HANGUL_PARTS = (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))
_CONTINUATION = bytes(range(0x80, 0xC0))  # bytes that go on with a character


def normalized_pieces(
    document: LongDocument, steps: Sequence[str], dropped: Counter[str], tokenizer: Tokenizer
) -> Iterator[tuple[str, bytes]]:
    """A document's text normalized: pieces as characters and as bytes of UTF-8.

    Put together they are the whole text normalized, and their tokens are the whole text's. None of
    them is empty.

    Args: as of `normalize_text`.
        tokenizer: of the unit that no piece is to cut.

    Raises:
        DataError: if it is no text, cannot be read or changes meanwhile.
    """
    utf8 = document.utf8() if document.utf8 else map(utf8_of, document.pieces())
    held = ""
    for data in cut_utf8(utf8):
        given = _decode(data, document)
        text = held + normalize_text(given, steps, dropped)
        cut = _between_tokens(text, tokenizer)
        piece, held = text[:cut], text[cut:]
        if piece:
            yield piece, data if piece is given else utf8_of(piece)
    if held:
        yield held, utf8_of(held)


def safe_cut(text: str) -> int:
    """The last place at which a text that goes on may be cut for normalization; 0 for none.

    It lies after a space or newline, or between two solid characters (`is_solid`): nothing
    composes across it, and neither side of it tells the other which form of sigma ends a word.
    """
    after = False
    for place in range(len(text) - 1, max(-1, len(text) - 1 - REACH), -1):
        if text[place] in "\n ":
            return place + 1
        solid = is_solid(text[place])
        if solid and after:
            return place + 1
        after = solid
    return len(text) if len(text) > MOST_HELD else 0


def is_solid(character: str) -> bool:
    """Whether a character begins anew: it joins nothing before it and hides nothing after it.

    Letters, digits and spaces, but for conjoining parts of Hangul syllables and for what lies
    beyond the basic plane, and for sigma. None of them is ignored where words end.
    """
    if character > "\uffff" or unicodedata.category(character) not in _SOLID:
        return False
    if "\uac00" <= character <= "\ud7a3":
        return True
    first = unicodedata.normalize("NFKD", character)[0]
    hangul_part = any(ord(first) in parts for parts in _HANGUL_PARTS)
    return unicodedata.category(first) in _SOLID and not hangul_part and first != SIGMA


def _between_tokens(text: str, tokenizer: Tokenizer) -> int:
    begin = max(0, len(text) - TAIL)
    cut = tokenizer.cut(text[begin:])
    return begin + cut if cut or not begin else tokenizer.cut(text)


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
    if not document.utf8:
        return data.decode("utf-8", "surrogatepass")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        for _ in document.pieces():
            pass  # which raise an error that names the place
        raise DataError("the text has changed while it was read; try again")
    return text
