"""The formats of tables: from files to rows to documents."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from charlab.data.documents.document import Document
from charlab.data.documents.files.entries import Entry
from charlab.data.documents.files.opening import allowed, too_much
from charlab.data.documents.files.table_columns import Columns
from charlab.data.documents.files.table_dialect import (
    CHARACTERS,
    LINES,
    Dialect,
    find_dialect,
    is_header,
)
from charlab.data.documents.files.text_files import read_lines
from charlab.errors import DataError
from charlab.system.files import open_regular

LONGEST_CELL = 2**26  # characters; a quote that is never closed would swallow any file
_ROW = 64  # bytes that a row takes at least once it is read

Row = tuple[dict[str, Any], str]  # the cells by what they hold, and the place for messages


def rows_of(
    entry: Entry, ending: str, columns: Columns, encoding: str
) -> Iterator[Document | None]:
    """The rows of a table, whose ``ending`` is one of `ENDINGS`; None for one without a text.

    Raises:
        DataError: while they are taken, if the file is no such table.
    """
    for cells, where in _READERS[ending](entry, columns, encoding):
        yield columns.document(cells, where)


def _csv(entry: Entry, columns: Columns, encoding: str) -> Iterator[Row]:
    """Fields with separators, quotes or newlines in them stand in double quotes (RFC 4180)."""
    lines = _with_ends(entry, encoding)
    head: list[str] = []
    while len(head) < LINES and sum(map(len, head)) < CHARACTERS and (line := next(lines, "")):
        head.append(line)
    dialect = find_dialect(head, columns.wanted)
    reader = csv.reader(
        chain(head[dialect.skip :], lines),
        delimiter=dialect.delimiter,
        skipinitialspace=dialect.spaced,
        strict=True,
    )
    return _delimited(reader, columns, dialect, quoted=True)


def _tsv(entry: Entry, columns: Columns, encoding: str) -> Iterator[Row]:
    """Fields end at a tab and rows at a newline; quotes are ordinary characters."""
    reader = csv.reader(_with_ends(entry, encoding), delimiter="\t", quoting=csv.QUOTE_NONE)
    return _delimited(reader, columns, Dialect("\t", spaced=False, skip=0), quoted=False)


def _with_ends(entry: Entry, encoding: str) -> Iterator[str]:
    """Lines; a quoted field may go on in the next one, and then the end is part of the text."""
    csv.field_size_limit(LONGEST_CELL)
    return (f"{line}\n" for line in read_lines(entry, encoding))


def _delimited(reader: Any, columns: Columns, dialect: Dialect, *, quoted: bool) -> Iterator[Row]:
    rows = _numbered_rows(reader, columns.title, dialect.skip, quoted=quoted)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{columns.title} is empty: there is no line with the columns' names")
    names = [name.strip() for name in first[0]]
    if len(names) == 1 and not columns.wanted and not is_header(names[0]):
        columns.remark(
            f"one column without a name: {first[0][0]!r:.40} is a text too (dataset.text_column "
            "says otherwise)"
        )
        places, rows = {"text": 0}, chain([first], rows)
    else:
        chosen = columns.choose(names, form="" if len(names) == 1 else f"{dialect}, ")
        places = {what: names.index(name) for what, name in chosen.items()}
    for row, where in rows:
        if len(row) != len(names):
            raise DataError(
                f"{where}: {len(row)} fields, and the columns are {len(names)}; a separator or a "
                "quote is missing or too many"
            )
        cells = {what: row[place] for what, place in places.items()}
        for what, cell in cells.items():
            if what != "text" and quoted and cell.lstrip().startswith('"'):
                raise DataError(
                    f"{where}: a quote after a space, and none before: take the space away"
                )
        yield cells, where


def _numbered_rows(
    reader: Any, title: str, skipped: int, *, quoted: bool
) -> Iterator[tuple[list[str], str]]:
    """The rows that are not blank, each with the line that it begins in."""
    while True:
        where = f"{title}, line {reader.line_num + 1 + skipped}"
        try:
            row = next(reader, None)
        except csv.Error as error:
            wrong = f"a cell of more than {LONGEST_CELL:,} characters: cut it, or leave the row out"
            if quoted:
                wrong = (
                    f"a quote without its partner ({error}, line {reader.line_num + skipped}); "
                    "quotes in a quoted field are doubled"
                )
            raise DataError(f"{where}: the row that begins here has {wrong}") from error
        if row is None:
            return
        if row:
            yield row, where


def _json_lines(entry: Entry, columns: Columns, encoding: str) -> Iterator[Row]:
    chosen: dict[str, str] | None = None
    for number, line in enumerate(read_lines(entry, encoding), start=1):
        if not line.strip():
            continue
        where = f"{columns.title}, line {number}"
        row = _object(line, where)
        if chosen is None:
            chosen = columns.choose(list(row), f", line {number}")
        missing = next((name for name in chosen.values() if name not in row), None)
        if missing is not None:
            there = ", ".join(map(repr, row)) or "an empty object"
            raise DataError(f"{where}: there is no {missing!r} in it, only {there}")
        yield {what: row[name] for what, name in chosen.items()}, where


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line, object_pairs_hook=_distinct)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: no JSON ({error})") from error
    if not isinstance(row, dict):
        raise DataError(f'{where}: a line of JSON Lines is an object, as {{"text": "…"}}')
    return row


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("a name stands in it twice")
    return row


def _parquet(entry: Entry, columns: Columns, encoding: str) -> Iterator[Row]:
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
        with open_regular(entry.file) if plain else io.BytesIO(b"".join(entry.blocks())) as source:
            file = pq.ParquetFile(source)
            _check_size(file.metadata, source.seek(0, io.SEEK_END), columns.title)
            yield from _parquet_rows(file, columns)
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        raise DataError(f"{columns.title} is no Parquet file that can be read: {said}") from error


def _parquet_rows(file: Any, columns: Columns) -> Iterator[Row]:
    chosen = columns.choose(file.schema_arrow.names)
    _check_type(file.schema_arrow.field(chosen["text"]).type, columns.title, chosen["text"])
    number = 0
    for batch in file.iter_batches(columns=list(chosen.values())):
        cells = [_cells(batch, name, columns.title) for name in chosen.values()]
        for row in zip(*cells, strict=True):
            number += 1
            yield dict(zip(chosen, row, strict=True)), f"{columns.title}, row {number}"


def _cells(batch: Any, name: str, title: str) -> list[Any]:
    try:
        cells: list[Any] = batch.column(name).to_pylist()
    except ValueError as error:  # bytes that are no UTF-8, times of nanoseconds
        said = " ".join(str(error).split())
        raise DataError(
            f"{title}: a cell of the column {name!r} cannot be read ({said}): write the column as "
            "text in UTF-8"
        ) from error
    return cells


def _check_size(about: Any, size: int, title: str) -> None:
    """Refuses a file that would become far more than it is."""
    groups = [about.row_group(i).total_byte_size for i in range(about.num_row_groups)]
    if max(sum(groups), about.num_rows * _ROW) > allowed(size):
        raise too_much(title, size)


def _check_type(kind: Any, title: str, column: str) -> None:
    import pyarrow.types as kinds

    if kinds.is_dictionary(kind):
        kind = kind.value_type
    if not (kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)):
        raise DataError(f"{title}: the column {column!r} holds {kind}, not text")


_READERS: dict[str, Callable[[Entry, Columns, str], Iterator[Row]]] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".tab": _tsv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
    ".pq": _parquet,
}
ENDINGS = tuple(_READERS)
