"""A limit on the characters that are read."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from charlab.data.documents.document import SHORT_DOCUMENT, AnyDocument, LongDocument


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
                    pieces = partial(self._pieces, document)
                    yield document._replace(pieces=pieces, utf8=None)
            elif len(document.text) <= left:
                self._spent[document.split] += len(document.text)
                yield document
            else:
                self._spent[document.split] = self._limit  # nor may anything that comes later
                first = left == self._limit
                if document.target is not None:  # half a text is not turned into half a target
                    yield from [document] * first
                elif left and (first or len(document.text) > SHORT_DOCUMENT):
                    tags = document.tags and document.tags[:left]
                    yield document._replace(text=document.text[:left], tags=tags)

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
