"""Benchmarks that are split by bytes: so many for train, the next for val, the rest for test."""

from collections.abc import Iterable, Iterator

from charlab.data.documents.document import AnyDocument, LongDocument
from charlab.data.documents.files.decode import decode_pieces, is_utf8
from charlab.data.documents.files.entries import Entry, find
from charlab.data.documents.files.text_files import documents
from charlab.data.documents.request import Request

CONTINUATION = bytes(range(0x80, 0xC0))  # bytes of UTF-8 that go on with a character
_LONGEST = 3  # of them in one character


def documents_by_bytes(request: Request, sizes: dict[str, int]) -> Iterator[AnyDocument]:
    """The parts of a benchmark's file, read byte for byte: newlines stay as they are.

    A border inside of a character moves to the character's end (by three bytes at most), so that
    each part is text.

    Args:
        request: names the file, packed or not; any other than one of the right size is read as
            free text, and split as the settings say. Its encoding is utf-8, or one with a byte for
            each character.
        sizes: bytes of each split, in their order.

    Raises:
        DataError: if the file cannot be read; also while documents are taken.
    """
    assert request.path is not None
    entries = find(request.path).entries
    if len(entries) != 1 or entries[0].known_size() != sum(sizes.values()):
        yield from documents(request)
        return
    start = 0
    for split, size in sizes.items():
        yield _part(entries[0], request.encoding, split, start, size)
        start += size


def _part(entry: Entry, encoding: str, split: str, start: int, size: int) -> LongDocument:
    def blocks() -> Iterator[bytes]:
        return whole_characters(entry.blocks(start, size + _LONGEST), size, first=start == 0)

    def pieces() -> Iterator[str]:
        return decode_pieces(blocks(), encoding, f"{entry.title} ({split})", exact=True)

    identity = (*entry.identity(encoding), start, size)
    return LongDocument(pieces, None, identity, split, blocks if is_utf8(encoding) else None)


def whole_characters(blocks: Iterable[bytes], size: int, *, first: bool) -> Iterator[bytes]:
    """The first ``size`` bytes of UTF-8 with both borders moved to the next character's start.

    Args:
        blocks: these bytes, and three more where there are some.
        size: bytes up to the border.
        first: whether they begin the text, so that nothing before them can go on in them.
    """
    after = b""
    for block in blocks:
        own, beyond = block[:size], block[size:]
        size -= len(own)
        after += beyond
        if not first:
            own = own.lstrip(CONTINUATION)
            first = bool(own)
        yield own
    yield after[: len(after) - len(after.lstrip(CONTINUATION))]
