"""Normalizing a text piece by piece, to the letter as if it were done at once."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from charlab.data.normalize import normalize_text
from charlab.data.units import Tokenizer

MOST_HELD = 2**24  # characters that are held at most where there is no place to cut
REACH = 2**16  # characters from the end among which a place is looked for
SLICE = 2**16  # characters that are worked on together: they fit into a processor's cache
TAIL = 2**12  # characters of a piece's end in which its last token begins, unless it is longer

SIGMA = "Σ"  # in lower case it looks at what stands on both sides of it
_SOLID = ("Lu", "Ll", "Lt", "Lo", "Nd", "Zs")
_HANGUL_PARTS = (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))


def normalized_pieces(
    pieces: Iterable[str], steps: Sequence[str], dropped: Counter[str], tokenizer: Tokenizer
) -> Iterator[str]:
    """Normalizes a text that comes in pieces and cuts it between symbols.

    Args:
        pieces: the text, cut anywhere.
        steps: checked normalization steps.
        dropped: counts the characters that normalization loses.
        tokenizer: of the unit that no piece is to cut.

    Yields:
        Pieces, none of them empty, that put together are the whole text normalized, and whose
        symbols put together are the whole text's.
    """
    held = ""
    for text in normalized_apart(pieces, steps, dropped):
        held += text
        cut = _between_symbols(held, tokenizer)
        if cut:
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held


def normalized_apart(
    pieces: Iterable[str], steps: Sequence[str], dropped: Counter[str]
) -> Iterator[str]:
    """Normalizes a text that comes in pieces, cut anywhere."""
    held = ""
    for piece in _slices(pieces):
        held += piece
        cut = safe_cut(held)
        if cut:
            yield normalize_text(held[:cut], steps, dropped)
            held = held[cut:]
    if held:
        yield normalize_text(held, steps, dropped)


def _slices(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        for begin in range(0, len(piece), SLICE):
            yield piece[begin : begin + SLICE]


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


def _between_symbols(text: str, tokenizer: Tokenizer) -> int:
    begin = max(0, len(text) - TAIL)
    cut = tokenizer.cut(text[begin:])
    return begin + cut if cut or not begin else tokenizer.cut(text)
