"""Only the first part of a corpus: ``dataset.limit``."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from charlab.data.documents.document import AnyDocument, Document, LongDocument

SHORT_DOCUMENT = 256  # characters; a document up to here is taken whole or not at all


class Allowance:
    """How many characters may still be read; each part that the data itself sets apart has its own.

    Characters are counted as they are read, before normalization.

    Args:
        limit: of each part; None: no limit.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._spent: Counter[str | None] = Counter()

    def cut(self, documents: Iterable[AnyDocument]) -> Iterator[AnyDocument]:
        """Documents as far as they may be read, each to be read before the next is taken.

        A short document that does not fit is left out, unless it would be the first.
        """
        for document in documents:
            left = self._left(document)
            if self._limit is None:
                yield document
            elif isinstance(document, LongDocument):
                if left:
                    yield replace(document, pieces=partial(self._pieces, document), utf8=None)
            elif len(document.text) <= left:
                self._spent[document.split] += len(document.text)
                yield document
            else:
                self._spent[document.split] = self._limit  # nor may anything that comes later
                first = left == self._limit
                if left and (first or len(document.text) > SHORT_DOCUMENT):
                    yield document._replace(text=document.text[:left])

    def _left(self, document: AnyDocument) -> int:
        return (self._limit or 0) - self._spent[document.split]

    def _pieces(self, document: LongDocument) -> Iterator[str]:
        for piece in document.pieces():
            fitting = piece[: self._left(document)]
            self._spent[document.split] += len(fitting)
            if fitting:
                yield fitting
            if fitting != piece:
                return


def draw(documents: Iterable[AnyDocument], limit: int | None) -> Iterator[AnyDocument]:
    """A source's documents until there are enough of them; the last may still be cut.

    A source that reads file by file then reads no more of them. Documents that say their part come
    all: another part may follow.
    """
    drawn = 0
    for document in documents:
        yield document
        if limit is not None and document.split is None and isinstance(document, Document):
            drawn += len(document.text)
            if drawn >= limit:
                return
