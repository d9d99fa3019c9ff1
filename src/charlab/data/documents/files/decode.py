"""Bytes as text: whole, or piece by piece; what is no text is refused with its place."""

import codecs
import io
import sys
from collections.abc import Iterable, Iterator

from charlab.errors import DataError

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MARKS = (*UTF16_MARKS, codecs.BOM_UTF32_BE)  # that of UTF-32 little-endian begins as UTF-16's
KEY = "dataset.encoding"
_MARK = 4  # bytes of the longest byte-order mark


def decode_text(data: bytes, encoding: str, name: str, *, key: str = KEY) -> str:
    r"""Bytes as text: newlines of every system become ``\n``, a byte-order mark is dropped.

    Args:
        data: the bytes.
        encoding: a name that Python's codecs know.
        name: what the bytes are, for messages.
        key: the setting that chooses the encoding, for messages.

    Raises:
        DataError: if the bytes are no text in that encoding; says where, and how to choose another.
    """
    return "".join(decode_pieces([data], encoding, name, key=key))


def decode_pieces(
    blocks: Iterable[bytes], encoding: str, name: str, *, key: str = KEY, exact: bool = False
) -> Iterator[str]:
    """The same for bytes that come in blocks: a piece of text for each block that completes any.

    Together the pieces are what :func:`decode_text` makes of the whole; ``exact`` leaves newlines
    and the byte-order mark as they are.

    Raises:
        DataError: as :func:`decode_text` does.
    """
    blocks = iter(blocks)
    head = b""
    while len(head) < _MARK and (block := next(blocks, b"")):
        head += block
    decoder = _decoder(encoding, head, key)
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    fed = characters = 0
    following: bytes | None = head
    while following is not None:
        block, following = following, next(blocks, None)
        final = following is None
        fed += len(block)
        try:
            piece = decoder.decode(block, final)
        except UnicodeDecodeError as error:
            # What the decoder held back from earlier blocks stands before this block's bytes.
            offset = fed - len(error.object) + error.start
            raise DataError(
                f"{name} is not {encoding} text: byte 0x{error.object[error.start]:02x} at offset "
                f"{offset}; {_advice(head, block, encoding, key)}"
            ) from error
        except UnicodeError as error:
            raise DataError(f"{name} is not {encoding} text: {error}") from error
        if (position := piece.find("\0")) >= 0:
            raise DataError(  # UTF-16 read as something else has them
                f"{name} is no plain text (a zero character at position {characters + position}): "
                f"leave it out, or choose its encoding ({key}=utf-16)"
            )
        begins = characters == 0
        characters += len(piece)
        if not exact:
            piece = piece.removeprefix("\ufeff") if begins else piece
            piece = newlines.decode(piece, final)
        if piece:
            yield piece


def is_utf8(encoding: str) -> bool:
    """Whether an encoding is UTF-8 under one of its names."""
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except (LookupError, ValueError):  # the latter of half a character
        return False


def utf8_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of what :func:`decode_pieces` makes of UTF-8; whether it is any is not checked."""
    held, begins = b"", True
    for block in blocks:
        held += block
        if begins and len(held) < _MARK:
            continue
        text = held.removeprefix(codecs.BOM_UTF8) if begins else held
        begins = False
        held = b"\r" if text.endswith(b"\r") else b""  # perhaps the first half of a newline
        yield _newlines(text[: len(text) - len(held)])
    yield _newlines(held.removeprefix(codecs.BOM_UTF8) if begins else held)


def _newlines(data: bytes) -> bytes:
    if b"\r" not in data:  # to look costs next to nothing, to replace a lot
        return data
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _decoder(encoding: str, head: bytes, key: str) -> codecs.IncrementalDecoder:
    try:
        if not encoding.isascii():
            raise LookupError(encoding)
        b"a".decode(encoding, "ignore")  # what is no encoding of text (rot13) is found out here
        name = codecs.lookup(encoding).name
        if name in ("utf-16", "utf-32") and not head.startswith(MARKS):
            # Without a mark the whole is read in this machine's order; piece by piece as well.
            name += "-le" if sys.byteorder == "little" else "-be"
        if name == "utf-8-sig" and not head.startswith(codecs.BOM_UTF8):
            name = "utf-8"  # the other's decoder passes over a mark that is cut off
        return codecs.getincrementaldecoder(name)()
    except UnicodeError:
        return codecs.getincrementaldecoder(encoding)()
    except (LookupError, ValueError) as error:
        raise DataError(
            f"unknown encoding {encoding!r}: {key} is a name such as utf-8, latin-1, cp1252 or "
            "utf-16"
        ) from error


def _advice(head: bytes, block: bytes, encoding: str, key: str) -> str:
    """What to do about bytes that are no text; the ``block`` is those around the place."""
    if head.startswith(UTF16_MARKS):
        other = "utf-16"
    elif "utf" in encoding.lower():
        other = "latin-1"
    else:
        other = "utf-8"
    if b"\0" in block and other != "utf-16":
        return "it looks like a binary file: leave it out"
    return f"choose the encoding that it was written in ({key}={other})"
