"""Tables to be read, and what they are read as."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from charlab.data.documents.document import Document
from tests.support import reading
from tests.support.reading import write

__all__ = ["read", "refused", "said", "write", "write_parquet"]


def read(
    path: Path, text: str | None = None, label: str | None = None, encoding: str = "utf-8"
) -> list[Document]:
    """The rows of the tables at a path."""
    return reading.read(path, "table", encoding=encoding, text_column=text, label_column=label)


def said(
    path: Path, text: str | None = None, label: str | None = None
) -> tuple[list[Document], str]:
    """The rows, and what is said about how they were read."""
    return reading.said(path, "table", text_column=text, label_column=label)


def refused(path: Path, text: str | None = None, label: str | None = None) -> str:
    """The message of the error about the tables at a path, which is one line."""
    return reading.refused(path, "table", text_column=text, label_column=label)


def write_parquet(file: Path, **columns: Any) -> Path:
    """Writes a table of these columns."""
    pq.write_table(pa.table(columns), file)
    return file
