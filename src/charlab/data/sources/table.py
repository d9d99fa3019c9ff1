"""Tables: a row is a document; one column holds texts, another may hold labels."""

from collections.abc import Iterator

from charlab.data.document import Document
from charlab.data.sources import sources
from charlab.data.sources.reading.entries import Entry, find
from charlab.data.sources.request import Request
from charlab.data.sources.tables.columns import Columns
from charlab.data.sources.tables.formats import ENDINGS, rows_of
from charlab.errors import DataError


@sources.register("table")
def read(request: Request) -> Iterator[Document]:
    """The rows of tables: CSV, TSV, JSON Lines or Parquet, by the file's ending.

    The path is a file, a folder, a zip archive or a pattern (all tables in it, one after the
    other), or "-" for CSV on standard input. Texts are in ``request.text_column``; without it in
    the column "text", or in the only one (beside the labels'). Labels are in
    ``request.label_column``; without it there are none. Rows without a text are passed over.

    Raises:
        DataError: if a file is missing, unreadable or no table, a column is not there or holds no
            text, a label is empty, or there is no text at all; also while documents are taken.
    """
    if request.path is None:
        raise DataError(
            "dataset=table needs a table: dataset.path=FILE (.csv, .tsv, .jsonl or .parquet)"
        )
    return _documents(_tables(request.path), request)


def _tables(path: str) -> list[tuple[Entry, str]]:
    """The tables at a path, each with its ending."""
    found = find(path)
    if not found.entries[0].parts:  # standard input
        return [(found.entries[0], ".csv")]
    tables = [
        (entry, ending)
        for entry in found.entries
        if (ending := "." + entry.name.rpartition(".")[2].lower()) in ENDINGS
    ]
    if not tables:
        what = f"{path!r} is no table" if found.single else f"{path!r} holds no table"
        raise DataError(f"{what}: known by their endings are {', '.join(ENDINGS)}")
    return tables


def _documents(tables: list[tuple[Entry, str]], request: Request) -> Iterator[Document]:
    some = False
    for entry, ending in tables:
        columns = Columns(entry.title, request.text_column, request.label_column)
        for document in rows_of(entry, ending, columns, request.encoding):
            some = True
            yield document
    if not some:
        raise DataError(f"{tables[0][0].title} has no row with a text in it")
