import gc
import gzip
import json
import sys
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.data.documents.files import opening
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError

ROWS = [('Hello, "you"\nthere', "greeting"), ("Tschüß", "farewell"), ("再见", "farewell")]
DOCUMENTS = [Document(text, label) for text, label in ROWS]


def read(path, text=None, label=None, encoding="utf-8") -> list[Document]:
    request = Request(str(path), encoding, text_column=text, label_column=label)
    return list(read_source("table", request))


def refused(path, text=None, label=None) -> str:
    with pytest.raises(DataError) as error:
        read(path, text, label)
    assert "\n" not in str(error.value)
    return str(error.value)


def write(file, text: str, encoding="utf-8"):
    file.write_bytes(text.encode(encoding))
    return file


def as_csv() -> str:
    quoted = "\n".join(f'{n},"{t.replace(chr(34), chr(34) * 2)}",{k}' for n, (t, k) in numbered())
    return f"id,said,kind\n{quoted}\n"


def numbered():
    return enumerate(ROWS, start=1)


def as_json_lines() -> str:
    return "\n".join(json.dumps({"id": n, "said": t, "kind": k}) for n, (t, k) in numbered())


def as_parquet(file, **columns):
    columns = columns or {
        "id": [1, 2, 3],
        "said": [text for text, _ in ROWS],
        "kind": [label for _, label in ROWS],
    }
    pq.write_table(pa.table(columns), file)
    return file


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


def test_tsv_has_no_quotes(tmp_path):
    file = write(tmp_path / "a.tsv", 'id\ttext\r\n1\t"Hi," she said\r\n2\tit\'s 5"\r\n')
    assert read(file) == [Document('"Hi," she said'), Document("it's 5\"")]


def test_semicolons_separate_where_the_first_line_has_them_and_no_comma(tmp_path):
    assert read(write(tmp_path / "a.csv", "text;n\na, b;1\n")) == [Document("a, b")]
    assert read(write(tmp_path / "b.csv", '"x;y",text\n1;2,c\n')) == [Document("c")]


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


def test_a_mark_at_the_beginning_is_no_part_of_the_first_name(tmp_path):
    assert read(write(tmp_path / "a.csv", "\ufefftext,n\na,1\n"), "text") == [Document("a")]


def test_rows_without_text_and_blank_lines_are_passed_over(tmp_path):
    assert read(write(tmp_path / "a.csv", "text,n\n\na,1\n ,2\n,3\n\nb,4")) == [
        Document("a"),
        Document("b"),
    ]
    lines = '{"text": null}\n\n{"text": "a"}\n{"text": ""}\n'
    assert read(write(tmp_path / "b.jsonl", lines)) == [Document("a")]
    assert read(as_parquet(tmp_path / "c.pq", text=["a", None, " "])) == [Document("a")]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_of_parquet_in_other_forms(tmp_path, kind):
    column = pa.array(["a", "b"], pa.string()).cast(kind)
    assert read(as_parquet(tmp_path / "a.parquet", text=column)) == [Document("a"), Document("b")]


def test_labels_may_be_whole_numbers(tmp_path):
    expected = [Document("a", "1"), Document("b", "0")]
    table = as_parquet(tmp_path / "a.parquet", text=["a", "b"], label=[1, 0])
    assert read(table, label="label") == expected
    lines = '{"text": "a", "label": 1}\n{"text": "b", "label": 0}'
    assert read(write(tmp_path / "a.jsonl", lines), label="label") == expected
    assert read(write(tmp_path / "a.csv", "text,label\na, 1\nb,0 "), label="label") == expected


def test_a_text_longer_than_python_s_reader_takes_of_itself(tmp_path):
    text = "long " * 50_000
    assert read(write(tmp_path / "a.csv", f"text\n{text}\n")) == [Document(text)]


# How a CSV file is written


def said(path, text=None, label=None) -> tuple[list[Document], str]:
    """The documents, and what is said about how they were read."""
    lines: list[str] = []
    request = Request(str(path), text_column=text, label_column=label, remark=lines.append)
    return list(read_source("table", request)), "; ".join(lines)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("text\tlabel\nso, so; la\tx\nb\ty\n", "tabs"),
        ("text|label\nso, so; la|x\nb|y\n", "bars (|)"),
        (
            "text;label\nso, so; la;x\n".replace("so, so; la", '"so, so; la"') + "b;y\n",
            "semicolons",
        ),
        ('"n, of it";text;label\n1;"so, so; la";x\n2;b;y\n', "semicolons"),
        ('sep=;\ntext;label\n"so, so; la";x\nb;y', "semicolons"),
        ("sep=!\ntext!label\nso, so; la!x\nb!y", "'!'"),
        ('text, label\n"so, so; la", "x"\nb, "y"\n', "commas"),
        ('label,text\nx,"so, so; la"\ny,b\n', "commas"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_the_separator_is_found_out_and_said(tmp_path, content, form, named):
    file = write(tmp_path / "a.csv", content)
    text = "text" if named else None
    found, line = said(file, text, "label")
    assert found == [Document("so, so; la", "x"), Document("b", "y")]
    assert line == (
        f"{str(file)!r}: fields parted by {form}, texts are in the column 'text', labels in 'label'"
    )


def test_lines_are_counted_with_the_one_that_names_the_separator(tmp_path):
    assert ", line 3: 1 fields" in refused(write(tmp_path / "a.csv", "sep=;\ntext;n\na\n"))


def test_a_quote_after_a_space_that_comes_late_is_no_part_of_a_label(tmp_path):
    rows = "text,label\n" + "a,x\n" * 100
    message = refused(write(tmp_path / "a.csv", rows + 'b, "x"\n'), "text", "label")
    assert ", line 102: a quote after a space" in message


def test_a_column_without_a_name_loses_no_text(tmp_path):
    file = write(tmp_path / "a.csv", "Anna\nBo\n")
    found, line = said(file)
    assert found == [Document("Anna"), Document("Bo")]
    assert "one column without a name: 'Anna' is a text too (dataset.text_column says" in line
    assert said(file, "Anna")[0] == [Document("Bo")]
    assert said(write(tmp_path / "b.csv", "Names\nBo\n"))[0] == [Document("Bo")]


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


def test_other_columns_may_be_there_twice(tmp_path):
    assert read(write(tmp_path / "a.csv", "text,n,n\na,1,2\n")) == [Document("a")]
    pq.write_table(pa.table([["a"], [1], [2]], names=["text", "n", "n"]), tmp_path / "b.pq")
    assert read(tmp_path / "b.pq") == [Document("a")]


@pytest.mark.filterwarnings(
    "error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_parquet_file_is_closed(tmp_path, whole):
    file = as_parquet(tmp_path / "a.parquet", text=["a"])
    if whole:
        read(file)
    else:
        file.write_bytes(b"PAR1 broken")
        refused(file)
    gc.collect()


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


def test_parquet_that_would_grow_far_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "SMALL", 1000)
    file = as_parquet(tmp_path / "a.pq", text=["a" * 100] * 200_000)
    assert "looks like a zip bomb" in refused(file)


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


def test_a_quote_that_is_never_closed(tmp_path):
    file = write(tmp_path / "a.csv", 'text,n\na,1\n\nb,2\n"c,3\nd,4\ne,5\n')
    message = refused(file)
    assert f"{str(file)!r}, line 5: the row that begins here has a quote without its" in message
    assert "line 7)" in message


def test_a_quote_in_the_middle(tmp_path):
    file = write(tmp_path / "a.csv", 'text,n\n"a\nb",1\n"say "hi" now",2\n')
    assert f"{str(file)!r}, line 4: the row that begins here has a quote" in refused(file)


def test_a_row_with_too_many_fields(tmp_path):
    file = write(tmp_path / "a.csv", 'text,n\n"a\nb",1\nHello, world,2\n')
    assert f"{str(file)!r}, line 4: 3 fields, and the columns are 2" in refused(file)


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


@pytest.mark.parametrize(
    ("column", "kind"),
    [([1, 2], "int64"), ([["a"], ["b"]], "list<element: string>"), ([b"a", b"b"], "binary")],
)
def test_a_parquet_column_that_is_not_text(tmp_path, column, kind):
    file = as_parquet(tmp_path / "a.parquet", text=column)
    message = refused(file)
    assert message.startswith(f"{str(file)!r}: the column 'text' holds ")
    assert message.endswith(f"{kind}, not text")


def test_a_file_that_is_no_parquet(tmp_path):
    for data in (b"", b"PAR1 not really", as_parquet(tmp_path / "x").read_bytes()[:-20]):
        (tmp_path / "a.parquet").write_bytes(data)
        assert "a.parquet' is no Parquet file that can be read" in refused(tmp_path / "a.parquet")


def test_parquet_without_its_reader(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "needs pyarrow: pip install -e '.[tables]'" in refused(as_parquet(tmp_path / "a.pq"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "b"', "line 2: no JSON (Expecting ',' delimiter"),
        ('["b"]', "line 2: a line of JSON Lines is an object"),
        ('{"txt": "b"}', "line 2: there is no 'text' in it, only 'txt'"),
        ('{"text": 5}', "line 2: the text is a number, not text"),
        ('{"text": ["b"]}', "line 2: the text is a list, not text"),
        ('{"text": true}', "line 2: the text is true or false, not text"),
        (r'{"text": "b\ud800"}', r"line 2: '\ud800' is half a character"),
        (r'{"text": "b\u0000"}', "line 2: a zero character is no text"),
        ("[" * 100_000, "line 2: no JSON"),
    ],
)
def test_a_bad_line_of_json(tmp_path, line, message):
    file = write(tmp_path / "a.jsonl", f'{{"text": "a"}}\n{line}\n')
    assert message in refused(file)


@pytest.mark.parametrize("label", ["1.5", "[1]", '{"a": 1}'])
def test_a_label_that_is_no_word(tmp_path, label):
    file = write(tmp_path / "a.jsonl", f'{{"text": "a", "label": {label}}}')
    assert "labels are words or whole numbers" in refused(file, label="label")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_table(tmp_path, content):
    assert "a.csv' is empty: there is no line" in refused(write(tmp_path / "a.csv", content))
    assert "has no row with a text" in refused(write(tmp_path / "a.jsonl", content))


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
