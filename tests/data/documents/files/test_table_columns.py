"""Tags and targets in tables of every format."""

import pytest

from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError

ROWS = [("ab cd", "X Y", "one"), ("ef", "A B", "two  words")]
TAGS = [[None, "X", None, None, "Y"], ["A", "B"]]  # for each word; for each character


def write(folder, ending):
    file = folder / f"a.{ending}"
    if ending == "parquet":
        pa = pytest.importorskip("pyarrow")
        import pyarrow.parquet as pq

        columns = dict(zip(("text", "tags", "target"), zip(*ROWS, strict=True), strict=True))
        pq.write_table(pa.table({name: list(cells) for name, cells in columns.items()}), file)
        return file
    between = "\t" if ending == "tsv" else ","
    lines = [between.join(("target", "text", "tags"))]
    lines += [between.join((target, text, tags)) for text, tags, target in ROWS]
    if ending == "jsonl":
        lines = [f'{{"text": "{a}", "tags": "{b}", "target": "{c}"}}' for a, b, c in ROWS]
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_fields_of_a_table(tmp_path, ending):
    said = []
    request = Request(
        str(write(tmp_path, ending)), tag_column="tags", target_column="target", remark=said.append
    )
    documents = list(read_source("table", request))
    assert [document.text for document in documents] == ["ab cd", "ef"]
    assert [document.tags for document in documents] == TAGS
    assert [document.target for document in documents] == ["one", "two  words"]
    assert "tags in 'tags', targets in 'target'" in said[0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ab cd,X Y Z,t", r"line 2: 3 tags for 2 words \(or 5 characters\): 'ab cd'"),
        ("ab cd,,t", r"line 2: 0 tags for 2 words"),
        ("ab cd,X Y,", r"line 2: the target \(target\) is empty"),
    ],
)
def test_a_row_that_does_not_fit_is_named(tmp_path, line, message):
    (tmp_path / "a.csv").write_text(f"text,tags,target\n{line}\n")
    request = Request(str(tmp_path / "a.csv"), tag_column="tags", target_column="target")
    with pytest.raises(DataError, match=message):
        list(read_source("table", request))


def test_a_column_that_is_not_there(tmp_path):
    (tmp_path / "a.csv").write_text("text,tags\nab,X\n")
    request = Request(str(tmp_path / "a.csv"), tag_column="tag")
    with pytest.raises(DataError, match=r"no column 'tag' \(dataset.tag_column\); did you mean"):
        list(read_source("table", request))
