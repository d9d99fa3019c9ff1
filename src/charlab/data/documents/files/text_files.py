"""Files as text: whole where they are small, in pieces where they are large."""

from collections.abc import Iterator

from charlab.data.documents.document import AnyDocument, Document, LongDocument
from charlab.data.documents.files.arrangement import arrange, listing
from charlab.data.documents.files.decode import (
    KEY,
    decode_pieces,
    decode_text,
    is_utf8,
    utf8_blocks,
)
from charlab.data.documents.files.entries import Entry, find
from charlab.data.documents.request import Request
from charlab.errors import DataError

LARGE = 32 * 2**20  # bytes of a text that is no longer held in memory as a whole


def documents(request: Request) -> Iterator[AnyDocument]:
    """A document for each file at a path, with the label and part that `arrange` finds.

    A blank file among others (an empty ``__init__.py``) has nothing to teach and is left out.

    Raises:
        DataError: if a file is missing or unreadable, or none holds text; also while documents
            are taken.
    """
    assert request.path is not None
    found = find(request.path)
    some = False
    blank = []
    # Many small files are too much to hold as well.
    placed = arrange(found, labelled=request.labelled, remark=request.remark)
    large = sum(each.entry.known_size() or 0 for each in placed) > LARGE
    for entry, label, split in placed:
        document = read_document(entry, request.encoding, label=label, split=split, large=large)
        if isinstance(document, LongDocument) or document.text.strip():
            some = True
            yield document
        else:
            blank.append(entry)
    if not some:
        raise empty(found.entries[0].title)
    if blank:
        request.remark(f"left out, for nothing is in it: {listing(blank)}")


def read_document(
    entry: Entry,
    encoding: str,
    *,
    label: str | None = None,
    split: str | None = None,
    large: bool = False,
) -> AnyDocument:
    """An entry's text as a document, a long one if ``large`` or if it has more than `LARGE` bytes.

    Raises:
        DataError: if it cannot be read. What is wrong with a long one is said by its pieces.
    """
    data = None if large else _whole(entry)
    if data is not None:
        return Document(decode_text(data, encoding, entry.title), label, split)

    def pieces() -> Iterator[str]:
        return decode_pieces(entry.blocks(), encoding, entry.title)

    def utf8() -> Iterator[bytes]:
        return utf8_blocks(entry.blocks())

    known = utf8 if is_utf8(encoding) else None
    return LongDocument(pieces, label, entry.identity(encoding), split, known)


def read_text(entry: Entry, encoding: str, *, key: str = KEY) -> str:
    """The text of an entry of any size.

    Raises:
        DataError: if it cannot be read, or its bytes are no text in that encoding.
    """
    return decode_text(b"".join(entry.blocks()), encoding, entry.title, key=key)


def read_lines(entry: Entry, encoding: str) -> Iterator[str]:
    r"""An entry's lines, without their ends (``\n``, ``\r\n`` or ``\r``).

    Raises:
        DataError: while lines are taken, if it cannot be read.
    """
    begun: list[str] = []  # of a line that goes on in the next piece
    for piece in decode_pieces(entry.blocks(), encoding, entry.title):
        first, *others = piece.split("\n")
        begun.append(first)
        if others:
            yield "".join(begun)
            *lines, last = others
            yield from lines
            begun = [last]
    if any(begun):
        yield "".join(begun)


def filled_lines(entry: Entry, encoding: str) -> Iterator[tuple[int, str]]:
    """An entry's lines that are not blank, each with its number, from 1.

    Raises:
        DataError: while lines are taken, if it cannot be read or has none.
    """
    some = False
    for number, line in enumerate(read_lines(entry, encoding), start=1):
        if line.strip():
            some = True
            yield number, line
    if not some:
        raise empty(entry.title)


def empty(title: str) -> DataError:
    """The error about a file without any text."""
    return DataError(f"{title} is empty: there is no text in it to learn from")


def _whole(entry: Entry) -> bytes | None:
    """All of an entry's bytes, or None if there are too many."""
    if (entry.known_size() or 0) > LARGE:
        return None
    data = b"".join(entry.blocks(size=LARGE + 1))
    return data if len(data) <= LARGE else None
