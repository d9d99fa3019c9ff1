"""Names by language: many short documents."""

from pathlib import Path

from charlab.data.document import Document
from charlab.data.sources import sources
from charlab.data.sources.faker_names import embedded_names
from charlab.data.sources.files import empty, label_of, locate, read_text
from charlab.errors import DataError


@sources.register("names")
def read(path: str | None, encoding: str) -> list[Document]:
    """Names, labelled by their language.

    Args:
        path: a folder (or a pattern) of files ``<Language>.txt`` with one name per line, or one
            file of names without labels. White space around a name is stripped, blank lines are
            skipped, repeated names are kept. None: the given and family names in Faker's locales,
            distinct within a language.
        encoding: of the files.

    Raises:
        DataError: if a file is missing, unreadable or holds no name.
    """
    if path is None:
        return embedded_names()
    place = locate(path)
    if isinstance(place, Path) and not place.is_dir():
        return _names_in(place, encoding, None)
    files = _language_files(place) if isinstance(place, Path) else place
    return [name for file in files for name in _names_in(file, encoding, label_of(file))]


def _language_files(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir(), key=lambda file: file.name)
    except OSError as error:
        raise DataError(f"cannot list the folder {str(folder)!r}: {error.strerror}") from error
    files = [
        file
        for file in entries
        if file.suffix.lower() == ".txt" and not file.name.startswith(".") and file.is_file()
    ]
    if not files:
        raise DataError(
            f"the folder {str(folder)!r} holds no .txt file: name one <Language>.txt per language, "
            "one name a line"
        )
    return files


def _names_in(file: Path, encoding: str, label: str | None) -> list[Document]:
    lines = (line.strip() for line in read_text(file, encoding).split("\n"))
    names = [Document(line, label) for line in lines if line]
    if not names:
        raise empty(file)
    return names
