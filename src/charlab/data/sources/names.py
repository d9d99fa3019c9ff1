"""Names by language: many short documents."""

from collections.abc import Iterable, Iterator

from charlab.data.document import Document
from charlab.data.sources import sources, stripping
from charlab.data.sources.faker_names import embedded_names
from charlab.data.sources.reading.entries import Entry, find, label_of
from charlab.data.sources.reading.text_files import empty, read_lines
from charlab.data.sources.request import Request
from charlab.errors import DataError


@sources.register("names")
@stripping
def read(request: Request) -> Iterable[Document]:
    """Names, labelled by their language.

    Without a path: the given and family names in Faker's locales, distinct within a language. A
    path is a folder, a zip archive or a pattern of files ``<Language>.txt`` with one name per line,
    or one file of names without labels, or "-". White space around a name is stripped, blank lines
    are skipped, repeated names are kept. Files may be compressed (.gz, .bz2, .xz).

    Raises:
        DataError: if a file is missing, unreadable or holds no name.
    """
    if request.path is None:
        return embedded_names()
    return names_at(request.path, request.encoding)


def names_at(path: str, encoding: str) -> Iterator[Document]:
    """The names in the user's files.

    Raises:
        DataError: also while names are taken.
    """
    found = find(path)
    entries = found.entries
    if not found.single and not found.pattern:
        entries = [entry for entry in entries if _by_language(entry)]
        if not entries:
            raise DataError(
                f"{path!r} holds no .txt file: name one <Language>.txt per language, one name a "
                "line"
            )
    for entry in entries:
        yield from _names_in(entry, encoding, None if found.single else label_of(entry))


def _by_language(entry: Entry) -> bool:
    return len(entry.parts) == 1 and entry.name.lower().endswith(".txt")


def _names_in(entry: Entry, encoding: str, label: str | None) -> Iterator[Document]:
    some = False
    for line in read_lines(entry, encoding):
        if name := line.strip():
            some = True
            yield Document(name, label)
    if not some:
        raise empty(entry.title)
