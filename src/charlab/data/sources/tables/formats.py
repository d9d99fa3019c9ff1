"""The formats of tables: from files to rows to documents."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from charlab.data.document import Document
from charlab.data.sources.reading.entries import Entry
from charlab.data.sources.reading.text_files import read_lines
from charlab.data.sources.tables.columns import Columns
from charlab.errors import DataError

LONGEST_CELL = 2**26  # characters; a quote that is never closed would swallow any file

Rows = Callable[[Entry, Columns, str], Iterator[Document]]


def rows_of(entry: Entry, ending: str, columns: Columns, encoding: str) -> Iterator[Document]:
    """The documents in a table.

    Args:
        entry: the file.
        ending: one of `ENDINGS`.
        columns: which columns, and how to take their cells.
        encoding: of the file; Parquet has none.

    Raises:
        DataError: while they are taken, if the file is no such table.
    """
    return _READERS[ending](entry, columns, encoding)


def _csv(entry: Entry, columns: Columns, encoding: str) -> Iterator[Document]:
    """Fields with commas, quotes or newlines in them stand in double quotes (RFC 4180).

    The separator is a semicolon where the first line has some and no comma, as spreadsheets write
    it in countries with a decimal comma.
    """
    lines = _with_ends(read_lines(entry, encoding))
    first = next(lines, "")
    separator = ";" if ";" in first and "," not in first else ","
    return _delimited(_again(first, lines), columns, delimiter=separator, strict=True)


def _tsv(entry: Entry, columns: Columns, encoding: str) -> Iterator[Document]:
    """Fields end at a tab and rows at a newline; quotes are ordinary characters."""
    lines = _with_ends(read_lines(entry, encoding))
    return _delimited(lines, columns, delimiter="\t", quoting=csv.QUOTE_NONE)


def _delimited(lines: Iterator[str], columns: Columns, **form: Any) -> Iterator[Document]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, **form)
    names, _ = _next_row(reader, columns.title)
    if names is None:
        raise DataError(f"{columns.title} is empty: there is no line with the columns' names")
    text, label = columns.choose(names)
    text_at, label_at = names.index(text), names.index(label) if label is not None else None
    while True:
        row, line = _next_row(reader, columns.title)
        if row is None:
            return
        if len(row) != len(names):
            raise DataError(
                f"{columns.title}, line {line}: {len(row)} fields, and the columns are "
                f"{len(names)}; a separator or a quote is missing or too many"
            )
        cell = None if label_at is None else row[label_at]
        document = columns.document(row[text_at], cell, f"line {line}")
        if document is not None:
            yield document


def _next_row(reader: Any, title: str) -> tuple[list[str] | None, int]:
    """The next row that is not blank, and the line that it begins in; None at the end."""
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(
                f"{title}, line {line}: the row that begins here has a quote without its partner "
                f"({error}, line {reader.line_num}); quotes in a quoted field are doubled"
            ) from error
        if row != []:
            return row, line


def _json_lines(entry: Entry, columns: Columns, encoding: str) -> Iterator[Document]:
    names: list[str] | None = None
    for number, line in enumerate(read_lines(entry, encoding), start=1):
        if not line.strip():
            continue
        row = _object(line, f"{columns.title}, line {number}")
        if names is None:
            names = list(row)
            text, label = columns.choose(names, f", line {number}")
        missing = next(
            (name for name in (text, label) if name is not None and name not in row), None
        )
        if missing is not None:
            there = ", ".join(map(repr, row))
            raise DataError(
                f"{columns.title}, line {number}: there is no {missing!r} in it, only {there}"
            )
        cell = None if label is None else row[label]
        document = columns.document(row[text], cell, f"line {number}")
        if document is not None:
            yield document


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: no JSON ({error})") from error
    if not isinstance(row, dict):
        raise DataError(f'{where}: a line of JSON Lines is an object, as {{"text": "…"}}')
    return row


def _parquet(entry: Entry, columns: Columns, encoding: str) -> Iterator[Document]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DataError(
            f"{columns.title}: reading Parquet needs pyarrow: pip install -e '.[tables]'"
        ) from error
    try:
        # What is packed once more has no places to jump to; it must be held.
        plain = entry.member is None and entry.name == entry.parts[-1]
        file = pq.ParquetFile(entry.file if plain else io.BytesIO(b"".join(entry.blocks())))
        text, label = columns.choose(file.schema_arrow.names)
        _check_type(file.schema_arrow.field(text).type, columns.title, text)
        number = 0
        for batch in file.iter_batches(columns=[text] + ([label] if label is not None else [])):
            texts = batch.column(text).to_pylist()
            labels = [None] * len(texts) if label is None else batch.column(label).to_pylist()
            for cell, word in zip(texts, labels, strict=True):
                number += 1
                document = columns.document(cell, word, f"row {number}")
                if document is not None:
                    yield document
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        raise DataError(f"{columns.title} is no Parquet file that can be read: {said}") from error


def _check_type(kind: Any, title: str, column: str) -> None:
    import pyarrow.types as kinds

    if kinds.is_dictionary(kind):
        kind = kind.value_type
    if not (kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)):
        raise DataError(f"{title}: the column {column!r} holds {kind}, not text")


def _with_ends(lines: Iterator[str]) -> Iterator[str]:
    """A quoted field may go on in the next line; then its end is part of the text."""
    return (f"{line}\n" for line in lines)


def _again(first: str, others: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from others


_READERS: dict[str, Rows] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".tab": _tsv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
    ".pq": _parquet,
}
ENDINGS = tuple(_READERS)
