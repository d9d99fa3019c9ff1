import io
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from charlab.system.columns import TextRow, side_by_side

LETTERS = "ab ñ佐藤한คุ้\u0301\n"


def cells(line: str) -> int:
    """Cells of a line, by Unicode's own tables."""
    wide = {"W": 2, "F": 2}
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me")
        else wide.get(unicodedata.east_asian_width(c), 1)
        for c in line
    )


def drawn(corner, heads, rows, width):
    file = io.StringIO()
    console = Console(file=file, width=width)
    tables = list(
        side_by_side(corner, heads, [TextRow(h, list(map(Text, t))) for h, t in rows], width)
    )
    for table in tables:
        console.print(table)
    return len(tables), file.getvalue().splitlines()


def test_columns_stand_beside_each_other():
    count, lines = drawn("", ["one", "two"], [("", ["a b", "佐藤\ncé"])], 80)
    assert count == 1
    assert [line.rstrip() for line in lines] == [
        "one │ two",
        "────┼─────",
        "a b │ 佐藤",
        "    │ cé",
    ]


def test_rows_have_a_head_each():
    _, lines = drawn("heat", ["x", "y"], [("0.3", ["a", "b"]), ("0.7", ["c", "d"])], 80)
    assert [line.rstrip() for line in lines] == [
        "heat │ x │ y",
        "─────┼───┼──",
        "0.3  │ a │ b",
        "─────┼───┼──",
        "0.7  │ c │ d",
    ]


def test_what_has_no_room_goes_below():
    texts = ["word " * 30] * 5
    count, lines = drawn("", list("abcde"), [("", texts)], 80)
    assert count == 2
    assert max(map(cells, lines)) <= 80
    count, _ = drawn("", list("abcde"), [("", texts)], 120)
    assert count == 1


@given(
    st.integers(1, 2).flatmap(
        lambda rows: st.lists(
            st.tuples(*[st.text(LETTERS, max_size=120)] * rows), min_size=1, max_size=7
        )
    ),
    st.integers(30, 130),
)
def test_no_line_is_wider_than_the_terminal(columns, width):
    rows = [(f"{i}", texts) for i, texts in enumerate(zip(*columns, strict=True))]
    heads = [f"head {i}" for i in range(len(columns))]
    corner = "row" if len(rows) > 1 else ""
    _, lines = drawn(corner, heads, rows, width)
    assert max(map(cells, lines)) <= width
    shown = "".join(lines)
    for letter in "abñ佐藤한":
        wanted = sum(text.count(letter) for _, texts in rows for text in texts)
        extra = sum(f"{h}".count(letter) for h in heads) + (letter in corner)
        assert shown.count(letter) >= wanted
        assert shown.count(letter) <= wanted + extra * len(columns)
