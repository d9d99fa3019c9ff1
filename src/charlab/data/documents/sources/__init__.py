"""Where text comes from: one module per dataset, found by its name.

A source is a function from a `Request` to documents. A new dataset is a new module of this package
with one such function under ``@sources.register(NAME)``, and one file in ``conf/dataset/``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from charlab.data.documents.document import AnyDocument, Document
from charlab.data.documents.limit import draw
from charlab.data.documents.sources.request import Request
from charlab.registry import Registry

__all__ = ["Request", "Source", "read_parts", "read_source", "sources", "stripping", "strips"]

Source = Callable[[Request], Iterable[AnyDocument]]

sources: Registry[Source] = Registry("dataset", __name__)

S = TypeVar("S", bound=Source)
_stripping: set[Source] = set()


def stripping(source: S) -> S:
    """Marks a source that strips white space around each text: who asks about one does so too."""
    _stripping.add(source)
    return source


def strips(name: str) -> bool:
    """Whether a dataset's texts have no white space around them.

    Raises:
        ConfigError: if there is no such source.
    """
    return sources[name] in _stripping


def read_source(name: str, request: Request) -> Iterable[AnyDocument]:
    """Reads the documents of a dataset.

    Args:
        name: a registered source, such as "names" or "text".
        request: where and how to read.

    Returns:
        At least one document, none of them empty, in an order that depends on the data alone.

    Raises:
        ConfigError: if there is no such source.
        DataError: if the data is missing, empty or unreadable; also later, while documents are
            taken from what is returned.
    """
    return sources[name](request)


def read_parts(
    name: str,
    request: Request,
    *,
    val_path: str | None = None,
    test_path: str | None = None,
    limit: int | None = None,
) -> Iterator[AnyDocument]:
    """Reads a dataset whose val or test part may lie in files of its own.

    Documents from a part's own path say so in their ``split``; those from ``request.path`` keep
    theirs. No file is read after ``limit`` characters of a path.

    Raises:
        ConfigError, DataError: as `read_source`.
    """
    yield from draw(read_source(name, request), limit)
    for split, path in (("val", val_path), ("test", test_path)):
        if path is not None:
            for document in draw(read_source(name, replace(request, path=path)), limit):
                yield in_split(document, split)


def in_split(document: AnyDocument, split: str) -> AnyDocument:
    """The document as one of that part."""
    if isinstance(document, Document):
        return document._replace(split=split)
    return replace(document, split=split)
