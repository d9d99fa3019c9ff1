"""Free text: a few long documents, labelled by where they come from."""

import importlib
import os
import re
import sys
import tokenize
from collections.abc import Iterable
from pathlib import Path

from charlab.data.documents.document import AnyDocument, Document
from charlab.data.documents.files.text_files import documents
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources
from charlab.errors import DataError

INSTEAD = "give a text of your own with dataset.path=FILE"

# Of a module's characters, the share in digits and quotes. Code and its prose stay below 0.05;
# tables of constants (stringprep, locale, token) lie above.
TABLE_SHARE = 0.08


@sources.register("text")
def read(request: Request) -> Iterable[AnyDocument]:
    """Free text, embedded or the user's own.

    Without a path it is what every Python brings: the language reference (label "reference") and
    about as much of the standard library's source (label "source"). A path is a file (one document
    without a label), "-" for standard input, or a folder, a zip archive or a pattern: a document
    for each regular file, in subfolders too, hidden ones left out; its label and part are what
    its place says (`arrange`). Files may be compressed (.gz, .bz2, .xz).

    Raises:
        DataError: if a file is missing, unreadable or holds no text.
    """
    if request.path is not None:
        return documents(request)
    reference = language_reference()
    return [Document(reference, "reference"), Document(library_source(len(reference)), "source")]


def language_reference() -> str:
    """Python's language reference as ``help()`` shows it: its topics, a blank line between.

    Raises:
        DataError: if this Python was built without it.
    """
    try:
        topics: dict[str, str] = importlib.import_module("pydoc_data.topics").topics
    except ImportError as error:
        raise DataError(f"this Python lacks its language reference; {INSTEAD}") from error
    texts = [topics[name].strip("\n") + "\n" for name in sorted(topics)]
    return "\n".join(dict.fromkeys(texts))  # "if" and "else" are one text under two names


def library_source(size: int) -> str:
    """Source of the standard library, a blank line between modules (`library_modules`)."""
    return "\n".join(source for _, source in library_modules(size))


def library_modules(size: int) -> list[tuple[str, str]]:
    """Name and source of whole top-level modules, by name, until ``size`` characters.

    Left out are private modules, and modules that are mostly tables.

    Raises:
        DataError: if this Python's library is not on disk as source.
    """
    folder = Path(os.__file__).parent
    modules: list[tuple[str, str]] = []
    length = 0
    # Not all that lies in the folder: distributors put files of their own beside the library.
    for name in sorted(sys.stdlib_module_names):
        file = folder / f"{name}.py"
        if length >= size or name.startswith("_") or not file.is_file():
            continue
        source = _source(file)
        if not mostly_table(source):
            modules.append((name, source.strip("\n") + "\n"))
            length += len(modules[-1][1])
    if not modules:
        raise DataError(f"this Python's standard library is not on disk as source; {INSTEAD}")
    return modules


def mostly_table(source: str) -> bool:
    """Whether a module is rather a table of constants than code."""
    return len(re.findall("[0-9'\"]", source)) > TABLE_SHARE * len(source)


def _source(file: Path) -> str:
    try:
        with tokenize.open(file) as stream:
            return stream.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read the standard library's {file.name}; {INSTEAD}") from error
