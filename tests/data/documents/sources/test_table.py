import gzip
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError
from tests.support.tables import read, refused, said, write, write_parquet

ROWS = [('Hello, "you"\nthere', "greeting"), ("Tschüß", "farewell"), ("再见", "farewell")]
DOCUMENTS = [Document(text, label) for text, label in ROWS]


def as_csv() -> str:
    quoted = "\n".join(f'{n},"{t.replace(chr(34), chr(34) * 2)}",{k}' for n, (t, k) in numbered())
    return f"id,said,kind\n{quoted}\n"


def numbered():
    return enumerate(ROWS, start=1)


def as_json_lines() -> str:
    return "\n".join(json.dumps({"id": n, "said": t, "kind": k}) for n, (t, k) in numbered())


def as_parquet(file, **columns):
    texts, labels = zip(*ROWS, strict=True)
    return write_parquet(file, **(columns or {"id": [1, 2, 3], "said": texts, "kind": labels}))


# Formats


def test_the_formats_say_the_same(tmp_path):
    write(tmp_path / "a.csv", as_csv())
    write(tmp_path / "b.jsonl", as_json_lines())
    write(tmp_path / "c.NDJSON", as_json_lines())
    as_parquet(tmp_path / "d.parquet")
    for file in sorted(tmp_path.iterdir()):
        assert read(file, "said", "kind") == DOCUMENTS, file.name
    assert read(tmp_path / "a.csv", "said") == [Document(text) for text, _ in ROWS]
    assert read(tmp_path, "said", "kind") == DOCUMENTS * 4
    assert read(tmp_path / "[ab].*", "said", "kind") == DOCUMENTS * 2


@pytest.mark.parametrize("pack", ["gz", "zip"])
def test_packed_tables_are_read_in_place(tmp_path, pack):
    tables = {"a.csv": as_csv().encode(), "b.parquet": as_parquet(tmp_path / "x").read_bytes()}
    (tmp_path / "x").unlink()
    if pack == "gz":
        for name, data in tables.items():
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data))
    else:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name, data in {**tables, "README.md": b"no table"}.items():
                archive.writestr(name, data)
    assert read(tmp_path, "said", "kind") == DOCUMENTS * 2


def test_an_encoding_of_its_own(tmp_path):
    file = write(tmp_path / "a.csv", "text\nMuñoz\n", "latin-1")
    assert read(file, encoding="latin-1") == [Document("Muñoz")]
    assert "a.csv' is not utf-8 text: byte 0xf1 at offset 7" in refused(file)


def test_labels_may_be_whole_numbers(tmp_path):
    expected = [Document("a", "1"), Document("b", "0")]
    table = as_parquet(tmp_path / "a.parquet", text=["a", "b"], label=[1, 0])
    assert read(table, label="label") == expected
    lines = '{"text": "a", "label": 1}\n{"text": "b", "label": 0}'
    assert read(write(tmp_path / "a.jsonl", lines), label="label") == expected
    assert read(write(tmp_path / "a.csv", "text,label\na, 1\nb,0 "), label="label") == expected


# How a CSV file is written


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("twice", ["text", "label"])
def test_a_column_that_is_there_twice_is_refused(tmp_path, form, twice):
    names = ["text", "label", twice]
    file = tmp_path / f"a.{form}"
    if form == "parquet":
        pq.write_table(pa.table([["a"], ["x"], ["b"]], names=names), file)
    elif form == "jsonl":
        write(file, f'{{"text": "a", "label": "x", "{twice}": "b"}}')
    else:
        write(file, "\n".join([",".join(names), "a,x,b"]).replace(",", "\t,"[form == "csv"]))
    message = refused(file, "text", "label")
    assert "a name stands in it twice" in message or f"has 2 columns {twice!r}" in message


def test_parquet_labels_may_be_bytes(tmp_path):
    file = as_parquet(tmp_path / "a.pq", text=["a", "b"], label=["né".encode(), b"pos"])
    assert read(file, label="label") == [Document("a", "né"), Document("b", "pos")]
    file = as_parquet(tmp_path / "b.pq", text=["a"], label=[b"n\xe9"])
    assert "row 1: the label is no UTF-8 text" in refused(file, label="label")


def test_labels_of_either_normal_form_are_one(tmp_path):
    file = write(tmp_path / "a.csv", "text,label\na,caf\u00e9\nb, cafe\u0301\n")
    assert {document.label for document in read(file, label="label")} == {"caf\u00e9"}


def test_tables_in_parts_and_what_lies_beside_them(tmp_path):
    for name in ("train.csv", "valid.csv", "test.csv", "more.csv"):
        write(tmp_path / name, "text\n" + name)
    write(tmp_path / "notes.pdf", "no table")
    found, lines = said(tmp_path)
    assert [(d.text, d.split) for d in found] == [
        ("test.csv", "test"),
        ("train.csv", None),
        ("valid.csv", "val"),
    ]
    assert lines.startswith("left out: 'more.csv', 'notes.pdf'; ")
    assert lines.count("texts are in the column") == 1  # for all that are read alike


# Columns


def test_the_column_of_texts_where_none_is_named(tmp_path):
    assert read(write(tmp_path / "a.csv", "n,text\n1,a\n")) == [Document("a")]
    assert read(write(tmp_path / "b.csv", "review\na\n")) == [Document("a")]
    two = write(tmp_path / "c.csv", "review,stars\na,5\n")
    assert read(two, label="stars") == [Document("a", "5")]
    assert refused(two) == (
        f"{str(two)!r}: choose the column that holds the texts (dataset.text_column=…): the "
        "columns: 'review', 'stars'"
    )


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_wrong_column_lists_the_columns(tmp_path, form):
    file = tmp_path / f"a.{form}"
    if form == "parquet":
        as_parquet(file)
    else:
        write(file, as_csv() if form == "csv" else as_json_lines())
    listing = "the columns: 'id', 'said', 'kind'"
    message = refused(file, "sayd")
    assert "has no column 'sayd' (dataset.text_column); did you mean 'said'? " in message
    assert message.endswith(listing)
    message = refused(file, "said", "zzz")
    assert "has no column 'zzz' (dataset.label_column); the columns" in message
    assert message.endswith(listing)


def test_many_columns_are_not_all_listed(tmp_path):
    file = write(tmp_path / "a.csv", ",".join(f"c{n}" for n in range(500)))
    assert refused(file, "zzz").endswith("'c19', … (500 in all)")


# Bad input


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.csv", "text,label\na,x\nb, \n", 3),
        ("a.tsv", "text\tlabel\na\tx\nb\t\n", 3),
        ("a.jsonl", '{"text": "a", "label": "x"}\n\n{"text": "b", "label": null}', 3),
    ],
)
def test_an_empty_label(tmp_path, name, content, line):
    file = write(tmp_path / name, content)
    message = refused(file, label="label")
    assert message.startswith(f"{str(file)!r}, line {line}: the label (label) is empty")
    assert len(read(file, "text")) == 2


def test_an_empty_label_in_parquet(tmp_path):
    file = as_parquet(tmp_path / "a.parquet", text=["a", "b"], label=["x", None])
    assert "row 2: the label (label) is empty" in refused(file, label="label")


def test_a_label_with_one_example_is_reported(tmp_path):
    rows = "".join(f"name{n},many\n" for n in range(30))
    file = write(tmp_path / "a.csv", f"text,label\n{rows}lonely,once\n")
    corpus = build_corpus(
        read(file, label="label"),
        normalize="nfc",
        layout="sequences",
        fractions=(0.8, 0.1, 0.1),
        split_seed=0,
    )
    assert corpus.labels == ("many", "once")
    assert corpus.report.scarce_labels == ("once",)


@pytest.mark.parametrize("label", ["1.5", "[1]", '{"a": 1}'])
def test_a_label_that_is_no_word(tmp_path, label):
    file = write(tmp_path / "a.jsonl", f'{{"text": "a", "label": {label}}}')
    assert "labels are words or whole numbers" in refused(file, label="label")


def test_a_table_without_rows(tmp_path):
    assert "a.csv' has no row with a text" in refused(write(tmp_path / "a.csv", "text,n\n"))


def test_what_is_no_table(tmp_path):
    file = write(tmp_path / "a.txt", "text")
    assert "is no table: known by their endings are .csv, .tsv" in refused(file)
    assert "holds no table: known by" in refused(tmp_path)


def test_a_table_must_be_named():
    with pytest.raises(DataError, match=r"dataset=table needs a table: dataset\.path=FILE"):
        read_source("table", Request())


def test_rows_without_a_text_are_counted(tmp_path):
    write(tmp_path / "a.csv", 'text,label\na,x\n,y\n"  ",y\n')
    write(tmp_path / "b.jsonl", '{"text": "b", "label": "y"}\n{"text": null, "label": "y"}\n')
    documents, lines = said(tmp_path, label="label")
    assert documents == [Document("a", "x"), Document("b", "y")]
    assert lines.endswith("rows left out, for there is no text in them: 3")
