"""Names without their accents, each character with what it must become: the embedded names."""

import unicodedata
from collections.abc import Iterator

from charlab.data.documents.document import Document
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources, stripping
from charlab.data.documents.sources.names import read as read_names
from charlab.errors import DataError

# Letters whose stroke or dot Unicode does not take apart.
_STROKES = str.maketrans("ĐđĦħıĿŀŁłØøŦŧƏəƁɓƊɗƘƙƳƴ", "DdHhiLlLlOoTtEeBbDdKkYy")


@sources.register("accents")
@stripping
def read(request: Request) -> Iterator[Document]:
    """Names in Latin script without accents; each character's tag is the one with its accent.

    Names are the embedded ones of languages that write accents, or the user's own, as
    dataset=names reads them.

    Raises:
        DataError: as dataset=names; if no name has an accent.
    """
    names = [(document, without_accents(document.text)) for document in read_names(request)]
    accented = {document.label for document, plain in names if plain not in (None, document.text)}
    if not accented:
        raise DataError("dataset=accents: no name in Latin script has an accent")
    for document, plain in names:
        if plain is not None and document.label in accented:
            name = unicodedata.normalize("NFC", document.text)
            yield document._replace(text=plain, tags=list(name))


def without_accents(name: str) -> str | None:
    """A name in ASCII, as many characters as its composed form has; None if it has no such form."""
    composed = unicodedata.normalize("NFC", name)
    plain = "".join(unicodedata.normalize("NFD", c)[0] for c in composed).translate(_STROKES)
    return plain if plain.isascii() else None
