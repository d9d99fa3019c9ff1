"""Pairs of texts: what a file says, and what of it is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.document import AnyDocument, Document
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError

SIDE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\t\n\r\ufeff"))


def read(path: Path | None, encoding: str = "utf-8") -> list[AnyDocument]:
    return list(read_source("pairs", Request(None if path is None else str(path), encoding)))


@settings(max_examples=40)
@given(st.lists(st.tuples(SIDE, SIDE).filter(lambda pair: all(map(str.strip, pair))), min_size=1))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "pairs.tsv"
    file.write_bytes("\n".join("\t".join(pair) for pair in pairs).encode())
    assert read(file) == [Document(text.strip(), target=to.strip()) for text, to in pairs]


def test_blank_lines_and_white_space_around_a_side_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "p.tsv").write_bytes(
        "\ufeff\r\n één \t one\r\n\t \r\ntwee\ttwo two\r\n\r\n".encode()
    )
    assert read(tmp_path / "p.tsv") == [
        Document("één", target="one"),
        Document("twee", target="two two"),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("alone", "tabs: 0: 'alone'"),
        ("a\tb\tc", r"tabs: 2: 'a\tb\tc'"),
        ("a\t\tb", r"tabs: 2: 'a\t\tb'"),
        ("\tb", r"one side is empty: '\tb'"),
        ("語\t ", r"one side is empty: '語\t '"),
        ("x" * 99, "tabs: 0: '" + "x" * 39),  # its beginning will do
    ],
)
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "p.tsv"
    file.write_text(f"one\t1\n\n{line}\ntwo\t2\n", "utf-8")
    with pytest.raises(DataError) as caught:
        read(file)
    message = f"{str(file)!r}, line 3: a pair is a text, a tab and its target; {said}"
    assert str(caught.value) == message


def test_files_are_parts_and_labels_where_their_places_say_so(tmp_path: Path) -> None:
    for name in ("train", "dev"):
        (tmp_path / f"{name}.tsv").write_text(f"{name}\tx\n")
    assert read(tmp_path) == [
        Document("dev", split="val", target="x"),
        Document("train", target="x"),
    ]
    for language in ("Dutch", "Twi"):
        (tmp_path / "labelled").mkdir(exist_ok=True)
        (tmp_path / "labelled" / f"{language}.tsv").write_text("a\tb\n")
    assert read(tmp_path / "labelled") == [
        Document("a", "Dutch", target="b"),
        Document("a", "Twi", target="b"),
    ]


def test_a_file_of_blank_lines_is_named_and_a_path_is_needed(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("one\t1\n")
    (tmp_path / "b.tsv").write_text("\n \n")
    with pytest.raises(DataError, match=r"b\.tsv' is empty"):
        read(tmp_path)
    with pytest.raises(DataError, match=r"^dataset=pairs needs a file: dataset\.path=FILE\.tsv"):
        read(None)
