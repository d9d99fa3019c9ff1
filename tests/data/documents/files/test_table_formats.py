"""Rows of tables in every format, against what was written into them."""

import csv
import gc
import io
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.document import Document
from charlab.data.documents.files import opening, table_formats
from charlab.data.documents.files.entries import Entry
from charlab.data.documents.files.table_columns import Columns
from charlab.data.documents.files.table_formats import ENDINGS, rows_of
from tests.support.tables import read, refused, said, write, write_parquet

Texts = list[str | None]

cells = st.text(
    st.sampled_from(",;\"' \n\tabé再") | st.characters(exclude_characters="\0\r", codec="utf-8"),
    max_size=8,
)


def csv_of(delimiter: str, **form: Any) -> Callable[[Texts], bytes]:
    def write_rows(texts: Texts) -> bytes:
        file = io.StringIO(newline="")
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n", **form)
        writer.writerows([("n", "text"), *((n, text or "") for n, text in enumerate(texts))])
        return file.getvalue().encode()

    return write_rows


def json_of(texts: Texts) -> bytes:
    lines = (json.dumps({"n": n, "text": text}) for n, text in enumerate(texts))
    return "\n".join([json.dumps({"n": -1, "text": None}), *lines]).encode()


def parquet_of(texts: Texts) -> bytes:
    file = io.BytesIO()
    column = pa.array(texts, pa.string())
    pq.write_table(pa.table({"n": range(len(texts)), "text": column}), file, row_group_size=2)
    return file.getvalue()


WRITERS: dict[str, Callable[[Texts], bytes]] = {
    ".csv": csv_of(","),
    ".tsv": csv_of("\t", quoting=csv.QUOTE_NONE, quotechar=None),
    ".jsonl": json_of,
    ".parquet": parquet_of,
}
ALIKE = {".tab": ".tsv", ".ndjson": ".jsonl", ".pq": ".parquet"}


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=30)
@given(texts=st.lists(st.none() | cells, max_size=5))
def test_texts_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, ending: str, texts: Texts
) -> None:
    kind = ALIKE.get(ending, ending)
    if kind == ".tsv":  # which has no way to write these
        texts = [text and " ".join(text.split("\t")).replace("\n", " ") for text in texts]
    file = tmp_path_factory.getbasetemp() / f"texts{ending}"
    file.write_bytes(WRITERS[kind](texts))
    columns = Columns("it", "text", {}, lambda text: None)
    found = list(rows_of(Entry(file, (file.name,)), ending, columns, "utf-8"))
    if kind == ".jsonl":
        assert found.pop(0) is None  # the row that names the columns where there is no other
    expected = [Document(text) if text and text.strip() else None for text in texts]
    assert found == expected


def test_tsv_has_no_quotes(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tsv", 'id\ttext\r\n1\t"Hi," she said\r\n2\tit\'s 5"\r\n')
    assert read(file) == [Document('"Hi," she said'), Document("it's 5\"")]


def test_a_mark_at_the_beginning_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "\ufefftext,n\na,1\n"), "text") == [Document("a")]


def test_rows_without_text_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "text,n\n\na,1\n ,2\n,3\n\nb,4")) == [
        Document("a"),
        Document("b"),
    ]
    lines = '{"text": null}\n\n{"text": "a"}\n{"text": ""}\n'
    assert read(write(tmp_path / "b.jsonl", lines)) == [Document("a")]
    assert read(write_parquet(tmp_path / "c.pq", text=["a", None, " "])) == [Document("a")]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_of_parquet_in_other_forms(tmp_path: Path, kind: Any) -> None:
    column = pa.array(["a", "b"], pa.string()).cast(kind)
    assert read(write_parquet(tmp_path / "a.parquet", text=column)) == [
        Document("a"),
        Document("b"),
    ]


def test_a_text_longer_than_python_s_reader_takes_of_itself(tmp_path: Path) -> None:
    text = "long " * 50_000
    assert read(write(tmp_path / "a.csv", f"text\n{text}\n")) == [Document(text)]


def test_lines_are_counted_with_the_one_that_names_the_separator(tmp_path: Path) -> None:
    assert ", line 3: 1 fields" in refused(write(tmp_path / "a.csv", "sep=;\ntext;n\na\n"))


def test_a_quote_after_a_space_that_comes_late_is_no_part_of_a_label(tmp_path: Path) -> None:
    rows = "text,label\n" + "a,x\n" * 100
    message = refused(write(tmp_path / "a.csv", rows + 'b, "x"\n'), "text", "label")
    assert ", line 102: a quote after a space" in message


def test_a_column_without_a_name_loses_no_text(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "Anna\nBo\n")
    found, line = said(file)
    assert found == [Document("Anna"), Document("Bo")]
    assert "one column without a name: 'Anna' is a text too (dataset.text_column says" in line
    assert said(file, "Anna")[0] == [Document("Bo")]
    assert said(write(tmp_path / "b.csv", "Names\nBo\n"))[0] == [Document("Bo")]


def test_other_columns_may_be_there_twice(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "text,n,n\na,1,2\n")) == [Document("a")]
    pq.write_table(pa.table([["a"], [1], [2]], names=["text", "n", "n"]), tmp_path / "b.pq")
    assert read(tmp_path / "b.pq") == [Document("a")]


@pytest.mark.filterwarnings(
    "error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_parquet_file_is_closed(tmp_path: Path, whole: bool) -> None:
    with warnings.catch_warnings(action="ignore"):
        gc.collect()  # what tests before this one have left open
    file = write_parquet(tmp_path / "a.parquet", text=["a"])
    if whole:
        read(file)
    else:
        file.write_bytes(b"PAR1 broken")
        refused(file)
    gc.collect()


def test_parquet_that_would_grow_far_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SMALL", 1000)
    file = write_parquet(tmp_path / "a.pq", text=["a" * 100] * 200_000)
    assert "looks like a zip bomb" in refused(file)


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'text,n\na,1\n\nb,2\n"c,3\nd,4\ne,5\n')
    message = refused(file)
    assert f"{str(file)!r}, line 5: the row that begins here has a quote without its" in message
    assert "line 7)" in message


def test_a_quote_in_the_middle(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'text,n\n"a\nb",1\n"say "hi" now",2\n')
    assert f"{str(file)!r}, line 4: the row that begins here has a quote" in refused(file)


def test_a_row_with_too_many_fields(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'text,n\n"a\nb",1\nHello, world,2\n')
    assert f"{str(file)!r}, line 4: 3 fields, and the columns are 2" in refused(file)


@pytest.mark.parametrize(
    ("column", "kind"),
    [([1, 2], "int64"), ([["a"], ["b"]], "list<element: string>"), ([b"a", b"b"], "binary")],
)
def test_a_parquet_column_that_is_not_text(tmp_path: Path, column: list[Any], kind: str) -> None:
    file = write_parquet(tmp_path / "a.parquet", text=column)
    message = refused(file)
    assert message.startswith(f"{str(file)!r}: the column 'text' holds ")
    assert message.endswith(f"{kind}, not text")


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    for data in (b"", b"PAR1 not really", write_parquet(tmp_path / "x").read_bytes()[:-20]):
        (tmp_path / "a.parquet").write_bytes(data)
        assert "a.parquet' is no Parquet file that can be read" in refused(tmp_path / "a.parquet")


def test_parquet_without_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "needs pyarrow: pip install -e '.[tables]'" in refused(write_parquet(tmp_path / "a.pq"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "b"', "line 2: no JSON (Expecting ',' delimiter"),
        ('["b"]', "line 2: a line of JSON Lines is an object"),
        ('{"txt": "b"}', "line 2: there is no 'text' in it, only 'txt'"),
        ("{}", "line 2: there is no 'text' in it, only an empty object"),
        ('{"text": 5}', "line 2: the text is a number, not text"),
        ('{"text": ["b"]}', "line 2: the text is a list, not text"),
        ('{"text": true}', "line 2: the text is true or false, not text"),
        (r'{"text": "b\ud800"}', r"line 2: '\ud800' is half a character"),
        (r'{"text": "b\u0000"}', "line 2: a zero character is no text"),
        ("[" * 100_000, "line 2: no JSON"),
    ],
)
def test_a_bad_line_of_json(tmp_path: Path, line: str, message: str) -> None:
    file = write(tmp_path / "a.jsonl", f'{{"text": "a"}}\n{line}\n')
    assert message in refused(file)


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_table(tmp_path: Path, content: str) -> None:
    assert "a.csv' is empty: there is no line" in refused(write(tmp_path / "a.csv", content))
    assert "has no row with a text" in refused(write(tmp_path / "a.jsonl", content))


def test_a_parquet_cell_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    ends = pa.array([0, 1, 2], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 2, [None, ends, pa.py_buffer(b"a\xff")])
    file = write_parquet(tmp_path / "a.parquet", text=broken)
    message = refused(file)
    assert message.startswith(
        f"{str(file)!r}: a cell of the column 'text' cannot be read ('utf-8' codec"
    )
    assert message.endswith("): write the column as text in UTF-8")
    times = pa.array([1], pa.timestamp("ns"))  # finer than Python's own
    file = write_parquet(tmp_path / "b.parquet", text=["a"], time=times)
    assert read(file, "text") == [Document("a")]
    assert "a cell of the column 'time' cannot be read (" in refused(file, "text", "time")


def test_a_cell_too_long_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_formats, "LONGEST_CELL", 10)
    limit = csv.field_size_limit()
    try:
        file = write(tmp_path / "a.csv", 'text\nshort\n"never closed\nand so on\n')
        assert ", line 3: the row that begins here has a quote without its partner" in refused(file)
        file = write(tmp_path / "b.tsv", "text\tn\nshort\t1\nmuch longer\t2\n")
        message = refused(file)  # where quotes mean nothing
        assert f"{str(file)!r}, line 3: the row that begins here has a cell of more than" in message
        assert message.endswith(" 10 characters: cut it, or leave the row out")
    finally:
        csv.field_size_limit(limit)
