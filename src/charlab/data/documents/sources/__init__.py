"""Where text comes from: one module per dataset, found by its name.

A source is a function from a `Request` to documents, under ``@sources.register(NAME)``. A new one
is a module and a YAML file in a folder of the user's own; docs/adding-a-dataset.md.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from charlab.data.documents.document import AnyDocument, Document
from charlab.data.documents.request import Request
from charlab.registry import Registry, user_folders

__all__ = ["Request", "Source", "read_parts", "read_source", "sources", "stripping", "strips"]

__path__ += user_folders("dataset")

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
                yield document._replace(split=split)


def draw(documents: Iterable[AnyDocument], limit: int | None) -> Iterator[AnyDocument]:
    """A source's documents until there are enough of them; the last may still be cut.

    A source that reads file by file then reads no more of them. Documents that say their part come
    all: another part may follow.
    """
    drawn = 0
    for document in documents:
        yield document
        if document.split is None and isinstance(document, Document):
            drawn += len(document.text)
            if limit is not None and drawn >= limit:
                return
