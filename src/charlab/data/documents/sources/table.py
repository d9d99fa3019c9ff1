"""Tables: a row is a document; one column holds texts, another may hold labels."""

from collections.abc import Iterator

from charlab.data.documents.document import Document
from charlab.data.documents.files.arrangement import Placed, arrange_parts, only
from charlab.data.documents.files.entries import Entry, Found, find
from charlab.data.documents.files.table_columns import Columns
from charlab.data.documents.files.table_formats import ENDINGS, rows_of
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources
from charlab.errors import DataError


@sources.register("table")
def read(request: Request) -> Iterator[Document]:
    """The rows of tables: CSV, TSV, JSON Lines or Parquet, by the file's ending.

    The path is a file, a folder, a zip archive or a pattern (all tables in it, one after the
    other), or "-" for CSV on standard input. Texts are in ``request.text_column``; without it in
    the column "text", or in the only one (beside the labels'). Labels are in
    ``request.label_column``; without it there are none. Rows without a text are left out, counted.
    Tags (``request.tag_column``) are parted by spaces, one for each word of the text or for each
    character; targets are in ``request.target_column``.

    Raises:
        DataError: if a file is missing, unreadable or no table, a column is not there or holds no
            text, a label is empty, or there is no text at all; also while documents are taken.
    """
    if request.path is None:
        raise DataError(
            "dataset=table needs a table: dataset.path=FILE (.csv, .tsv, .jsonl or .parquet)"
        )
    return _documents(_tables(find(request.path), request), request)


def _tables(found: Found, request: Request) -> list[Placed]:
    """The tables at a path, with the parts that they are; what else is there is named."""
    tables = [entry for entry in found.entries if not entry.parts or _ending(entry) in ENDINGS]
    if not tables:
        what = "is no table" if found.single else "holds no table"
        raise DataError(f"{request.path!r} {what}: known by their endings are {', '.join(ENDINGS)}")
    return arrange_parts(only(found, tables), request.remark)


def _ending(entry: Entry) -> str:
    return "." + entry.name.rpartition(".")[2].lower() if entry.parts else ".csv"


def _documents(tables: list[Placed], request: Request) -> Iterator[Document]:
    columns = {
        "label": request.label_column,
        "tag": request.tag_column,
        "target": request.target_column,
    }
    beside = {what: name for what, name in columns.items() if name is not None}
    documents = blank = 0
    said = set()
    for entry, _, split in tables:

        def remark(form: str, title: str = entry.title) -> None:
            """Says how a table is read, once for all that are read alike."""
            if form not in said:
                said.add(form)
                request.remark(f"{title}: {form}")

        asked = Columns(entry.title, request.text_column, beside, remark)
        for document in rows_of(entry, _ending(entry), asked, request.encoding):
            if document is None:
                blank += 1
                continue
            documents += 1
            yield document if split is None else document._replace(split=split)
    if blank and documents:
        request.remark(f"rows left out, for there is no text in them: {blank:,}")
    if not documents:
        raise DataError(f"{tables[0].entry.title} has no row with a text in it")
