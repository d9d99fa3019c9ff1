"""Documents of a path, or what is said against it; files to be read."""

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charlab.data.documents.document import AnyDocument
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def read(path: Path | str, source: str = "text", **settings: Any) -> list[Any]:
    """The documents that a source finds at a path."""
    documents: list[AnyDocument] = list(read_source(source, Request(str(path), **settings)))
    return documents


def said(path: Path, source: str, **settings: Any) -> tuple[list[Any], str]:
    """The documents, and what is said about how they were read."""
    lines: list[str] = []
    return read(path, source, remark=lines.append, **settings), "; ".join(lines)


def refused(path: Path | str, source: str = "text", **settings: Any) -> str:
    """The message of the error about what is at a path, which is one line."""
    return message_of(lambda: read(path, source, **settings))


def message_of(act: Callable[[], object]) -> str:
    """The message of the DataError that something ends with, which is one line."""
    with pytest.raises(DataError) as error:
        act()
    assert "\n" not in str(error.value)
    return str(error.value)


def write(file: Path, text: str, encoding: str = "utf-8") -> Path:
    """Writes a text with its newlines as they are."""
    file.write_bytes(text.encode(encoding))
    return file


def make_zip(file: Any, members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Any:
    """Writes an archive; the file may be one in memory."""
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file
