"""Names by language: many short documents."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from charlab.data.documents.document import Document
from charlab.data.documents.files.arrangement import (
    Placed,
    arrange,
    has_parts,
    is_repeated,
    label_of,
    listing,
    only,
    place_of,
)
from charlab.data.documents.files.entries import Entry, Found, find
from charlab.data.documents.files.text_files import filled_lines
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources, stripping
from charlab.data.documents.sources.faker_names import embedded_names, romanized_names
from charlab.errors import DataError


@sources.register("names")
@stripping
def read(request: Request) -> Iterable[Document]:
    """Names, labelled by their language.

    Without a path: the given and family names in Faker's locales, distinct within a language; with
    ``request.romanized`` also, in Latin letters, those of languages with another script. A path is
    a folder, a zip archive or a pattern of files ``<Language>.txt`` with one name per line, or one
    file of names without labels, or "-". White space around a name is stripped, blank lines are
    skipped, repeated names are kept. Files may be compressed (.gz, .bz2, .xz).

    Raises:
        DataError: if a file is missing, unreadable or holds no name.
    """
    if request.path is None:
        return embedded_names() + (romanized_names(request.remark) if request.romanized else [])
    return names_at(request)


def names_at(request: Request) -> Iterator[Document]:
    """The names in the user's files.

    Raises:
        DataError: if it is open which files are meant; also while names are taken.
    """
    assert request.path is not None
    for entry, label, split in _files(find(request.path), request):
        for _, line in filled_lines(entry, request.encoding):
            yield Document(line.strip(), label, split)


def _files(found: Found, request: Request) -> list[Placed]:
    """The files of names with their labels; what else is there is named."""
    if found.single:
        return arrange(found, labelled=False, remark=request.remark)
    entries = [e for e in found.entries if found.pattern or e.name.lower().endswith(".txt")]
    if not entries:
        raise DataError(
            f"{request.path!r} holds no .txt file: name one <Language>.txt per language, one name "
            "a line"
        )
    if not (has_parts(entries) or is_repeated(map(place_of, entries))):
        if found.pattern:  # as many folders as it fits
            return [Placed(entry, label_of(entry)) for entry in entries]
        entries = _one_folder(entries, request)
    return arrange(only(found, entries), labelled=True, remark=request.remark)


def _one_folder(entries: list[Entry], request: Request) -> list[Entry]:
    """Those of the one folder with several of them."""
    folders: defaultdict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        folders[entry.parts[:-1]].append(entry)
    several = [folder for folder in folders.values() if len(folder) > 1]
    if len(folders) > 1 and len(several) != 1:
        readings = " or ".join(listing(folder) for folder in folders.values())
        raise DataError(
            f"it is open which files of names are meant in {request.path!r}: {readings}; give one "
            "of these folders as dataset.path"
        )
    return several[0] if several else entries
