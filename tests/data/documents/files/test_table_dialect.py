"""How a CSV file is written, found out from files that Python's own writer made."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.document import Document
from charlab.data.documents.files.table_dialect import NAMES, Dialect, find_dialect, is_header
from tests.support.tables import read, said, write

cells = st.text(st.sampled_from(",;\t|\"' abé\n"), min_size=1, max_size=6)


@pytest.mark.parametrize("delimiter", NAMES)
@settings(max_examples=40)
@given(rows=st.lists(st.tuples(cells, cells), max_size=5), all_quoted=st.booleans())
def test_what_was_written_is_found_out(
    delimiter: str, rows: list[tuple[str, str]], all_quoted: bool
) -> None:
    file = io.StringIO(newline="")
    form: dict[str, Any] = {"quoting": csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL}
    csv.writer(file, delimiter=delimiter, lineterminator="\n", **form).writerows(
        [("text", "label"), *rows]
    )
    lines = file.getvalue().splitlines(keepends=True)
    assert find_dialect(lines, ["label"]) == Dialect(delimiter, spaced=False, skip=0)


@pytest.mark.parametrize(
    ("lines", "wanted", "dialect"),
    [
        ([], [], Dialect(",", False, 0)),
        (["text\n", "a; b\n"], [], Dialect(",", False, 0)),
        (["SEP=:\n", "a:b\n"], [], Dialect(":", False, 1)),
        (["sep=\t"], [], Dialect("\t", False, 1)),
        (["sep=ab\n", "a;b\n"], [], Dialect(",", False, 0)),
        (['sep="\n', 'a"b\n'], [], Dialect(",", False, 0)),  # a quote can part nothing
        (["a, b;c\n", "d;e\n"], [], Dialect(";", False, 0)),  # as many fields in each row
        (["a,b;c\n", "d,e;f\n"], ["b;c"], Dialect(",", False, 0)),
        (["a,b;c\n", "d,e;f\n"], ["a,b"], Dialect(";", False, 0)),
        # The last row seen may go on, here after "h, i", and is not counted.
        (["a,x;b;c\n", "d;e;f\n", 'g;"h, i\n'], [], Dialect(";", False, 0)),
        (["a|b\n", 'x|"a quote that\n'], [], Dialect("|", False, 0)),
        (['a;  "b"\n', 'c; "d"\n'], ["b"], Dialect(";", True, 0)),
        (["a,b\n", '"he said, ""yes""",c\n'], [], Dialect(",", False, 0)),
        (["a,b\n", '"two\n', 'lines, ""so""",c\n'], [], Dialect(",", False, 0)),
    ],
)
def test_the_dialect_of_a_few_lines(lines: list[str], wanted: list[str], dialect: Dialect) -> None:
    assert find_dialect(lines, wanted) == dialect


def test_a_quote_in_a_text_takes_no_space_from_another(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'text,n\n"He said, ""yes""",1\n indented,2\n')
    assert [document.text for document in read(file)] == ['He said, "yes"', " indented"]


def test_semicolons_separate_where_the_first_line_has_them_and_no_comma(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "text;n\na, b;1\n")) == [Document("a, b")]
    assert read(write(tmp_path / "b.csv", '"x;y",text\n1;2,c\n')) == [Document("c")]


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
def test_the_separator_is_found_out_and_said(
    tmp_path: Path, content: str, form: str, named: bool
) -> None:
    file = write(tmp_path / "a.csv", content)
    text = "text" if named else None
    found, line = said(file, text, "label")
    assert found == [Document("so, so; la", "x"), Document("b", "y")]
    assert line == (
        f"{str(file)!r}: fields parted by {form}, texts are in the column 'text', labels in 'label'"
    )


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        (Dialect("\t", False, 0), "fields parted by tabs"),
        (Dialect("!", False, 1), "fields parted by '!'"),
    ],
)
def test_a_dialect_in_words(dialect: Dialect, words: str) -> None:
    assert str(dialect) == words


@pytest.mark.parametrize(
    ("cell", "header"),
    [
        ("text", True),
        (" Names ", True),
        ("STORY", True),
        ("Anna", False),
        ("", False),
        ("s", False),
        ("tex", False),
        ("Question answer", False),  # two of the names, a text
        ("a text", False),
    ],
)
def test_what_a_column_of_texts_is_called(cell: str, header: bool) -> None:
    assert is_header(cell) == header
