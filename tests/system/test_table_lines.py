"""Rows of a table as lines, against Python's own reader of CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.system.table_lines import csv_text, table_line

# A cell that a spreadsheet takes for a formula gets a mark: another test has these.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6).filter(
    lambda text: text[:1] not in tuple("=+-@\t\r\n＝＋－＠")
)


@given(st.lists(st.one_of(TEXT, st.integers(0), st.none()), min_size=1, max_size=4))
def test_a_row_of_csv_is_read_back(cells: list[object]) -> None:
    line = table_line(cells, "csv")
    (row,) = csv.reader(io.StringIO(line, newline=""))
    assert row == ["" if cell is None else str(cell) for cell in cells]
    assert line.endswith("\n")
    assert not line.endswith("\r\n")


@given(st.lists(st.one_of(st.text(max_size=6), st.floats(), st.none()), min_size=1, max_size=4))
def test_a_row_of_tsv_is_one_line_with_a_tab_between_cells(cells: list[object]) -> None:
    line = table_line(cells, "tsv")
    assert line.count("\t") == len(cells) - 1
    assert line.splitlines(keepends=True) == [line]
    assert line.encode()
    written = line.removesuffix("\n").split("\t")
    plain = ["" if cell is None else str(cell) for cell in cells]
    assert all(w == p for w, p in zip(written, plain, strict=True) if p.isprintable())


@pytest.mark.parametrize(
    ("form", "line"),
    [("tsv", 'a\\tb\\n\t\t0\t"é, 語"\t=1+1\n'), ("csv", '"a\tb\n",,0,"""é, 語""",\'=1+1\n')],
)
def test_what_would_end_a_cell_or_be_a_formula_is_escaped(form: str, line: str) -> None:
    assert table_line(["a\tb\n", None, 0, '"é, 語"', "=1+1"], form) == line


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_breaks_of_every_kind_stay_in_their_cell(end: str) -> None:
    rows = [["a\r", "\nb"], ["c\r\nd", "e"]]
    text = csv_text(rows, end)
    assert text.endswith(f"e{end}")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a\r", "'\nb"], ["c\r\nd", "e"]]


def test_cells_of_csv_are_no_formulas() -> None:
    formulas: list[object] = ["=1+1", "+1", "-x", "@a", "\tx", "\rx", "＝1"]
    cells = [*formulas, "a=b", "", "1", -1.5, None, True]
    guarded = [f"'{cell}" for cell in formulas] + ["a=b", "", "1", "-1.5", "", "True"]
    assert next(csv.reader(io.StringIO(csv_text([cells]), newline=""))) == guarded
