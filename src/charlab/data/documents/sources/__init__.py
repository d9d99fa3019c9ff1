"""Where text comes from: one module per dataset, found by its name.

A source is a function from a `Request` to documents, under ``@sources.register(NAME)``. A new one
is a module and a YAML file in a folder of the user's own; docs/adding-a-dataset.md.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from charlab.data.documents.document import AnyDocument, Document
from charlab.data.documents.request import Request
from charlab.registry import Registry, user_folders

__all__ = [
    "Request",
    "Source",
    "read_parts",
    "read_source",
    "sources",
    "stripping",
    "strips",
    "without_label",
]

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
) -> Iterable[AnyDocument]:
    """Reads a dataset whose val or test part may lie in files of its own.

    Documents from a part's own path say so in their ``split``; those from ``request.path`` keep
    theirs. No file is read after ``limit`` characters of a path.

    Raises:
        ConfigError, DataError: as `read_source`.
    """
    parts = [draw(read_source(name, request), limit)]
    for split, path in (("val", val_path), ("test", test_path)):
        if path is not None:
            parts.append(_read_part(name, replace(request, path=path), split, limit))
    return chain.from_iterable(parts)


def _read_part(name: str, request: Request, split: str, limit: int | None) -> Iterator[AnyDocument]:
    for document in draw(read_source(name, request), limit):
        yield in_split(document, split)


def draw(documents: Iterable[AnyDocument], limit: int | None) -> Iterable[AnyDocument]:
    """A source's documents until there are enough of them; the last may still be cut.

    A source that reads file by file then reads no more of them. Documents that say their part come
    all: another part may follow.
    """
    return documents if limit is None else _first(documents, limit)


def _first(documents: Iterable[AnyDocument], limit: int) -> Iterator[AnyDocument]:
    drawn = 0
    for document in documents:
        yield document
        if document.split is None and isinstance(document, Document):
            drawn += len(document.text)
            if drawn >= limit:
                return


def in_split(document: AnyDocument, split: str) -> AnyDocument:
    """The document as one of that part."""
    if isinstance(document, Document):
        return document._replace(split=split)
    return replace(document, split=split)


def without_label(document: AnyDocument) -> AnyDocument:
    """The document with nothing known of it."""
    if isinstance(document, Document):
        return document._replace(label=None)
    return replace(document, label=None)
