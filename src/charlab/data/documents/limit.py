"""Only the first part of a corpus: ``dataset.limit``."""

from collections import Counter
from collections.abc import Iterable, Iterator

from charlab.data.documents.document import AnyDocument, Document, LongDocument

SHORT_DOCUMENT = 256  # characters; a document up to here is taken whole or not at all


class Allowance:
    """How many characters may still be read; each part that the data itself sets apart has its own.

    Characters are counted as they are read, before normalization.

    Args:
        limit: of each part; None: no limit.

    Attributes:
        given: characters that were read so far, of all parts.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.given = 0
        self._spent: Counter[str | None] = Counter()

    def pieces(self, document: AnyDocument) -> Iterator[str]:
        """A document's text as far as it may be read; counts what it gives.

        A short document that does not fit is left out, unless it would be the first.
        """
        for piece in _whole(document):
            spent = self._spent[document.split]
            fitting = piece if self.limit is None else piece[: self.limit - spent]
            if fitting != piece and self.limit is not None:
                self._spent[document.split] = self.limit  # nor may anything that comes later
                short = isinstance(document, Document) and len(piece) <= SHORT_DOCUMENT
                if fitting and not (short and spent):
                    self.given += len(fitting)
                    yield fitting
                return
            self._spent[document.split] += len(piece)
            self.given += len(piece)
            yield piece


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


def _whole(document: AnyDocument) -> Iterator[str]:
    return document.pieces() if isinstance(document, LongDocument) else iter((document.text,))
