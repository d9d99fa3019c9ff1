"""Final states as TensorBoard's projector reads them."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.protobuf import text_format  # type: ignore[import-untyped]
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from charlab.gallery.projector import write_projector

Read = tuple[list[list[float]], list[list[str]]]


def read(folder: Path) -> Read:
    """The vectors, and the rows of the table beside them."""
    config = ProjectorConfig()
    text_format.Parse((folder / "projector_config.pbtxt").read_text(), config)
    (embedding,) = config.embeddings
    lines = (folder / embedding.tensor_path).read_text().splitlines()
    with (folder / embedding.metadata_path).open(encoding="utf-8", newline="\n") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [[float(x) for x in line.split("\t")] for line in lines], rows


def test_the_projector_s_files_are_as_tensorboard_reads_them(
    network_of: Callable[..., Any], tmp_path: Path
) -> None:
    task, trained = network_of("classify")
    folder = tmp_path / "projector"
    for _ in range(2):  # the second replaces the first
        assert write_projector(task, trained, "val", folder)
    vectors, (head, *rows) = read(folder)
    assert head == ["text", "label"]
    val = trained.corpus.splits["val"]
    assert len(vectors) == len(rows) == val.documents
    assert [label for _, label in rows] == [
        trained.corpus.labels[i].replace("\t", "\\t") for i in val.labels.tolist()
    ]
    assert all(len(row) == 4 for row in vectors)
    assert all(math.isfinite(x) for row in vectors for x in row)
    assert len(list(folder.glob("events.out.tfevents.*"))) == 1  # else TensorBoard sees no run


def test_a_folder_of_the_user_s_own_is_not_emptied(
    network_of: Callable[..., Any], tmp_path: Path
) -> None:
    """``look.py output=.`` where a folder is called so."""
    task, trained = network_of("classify")
    (tmp_path / "slides.txt").write_text("mine")
    assert write_projector(task, trained, "val", tmp_path)
    assert (tmp_path / "slides.txt").read_text() == "mine"
    assert len(read(tmp_path)[0]) == trained.corpus.splits["val"].documents


def test_every_text_is_one_row_of_two_columns(
    network_of: Callable[..., Any], tmp_path: Path
) -> None:
    escaped = {"\t": "\\t", "\n": "\\n", "\x1b": "\\x1b", "\u2028": "\\u2028", "x" * 100: "x" * 100}
    labels = {"<a>": "<a>", "ß\tz": "ß\\tz"}
    wanted = {
        (f"{first}{middle}{last}", label): (f"{first}{shown}{last}", labels[label])
        for first in 'aж"'
        for middle, shown in escaped.items()
        for last, label in zip("aж", labels, strict=True)
    }
    task, trained = network_of("classify", texts=list(wanted))
    found: list[tuple[str, ...]] = []
    for split in trained.corpus.splits:
        assert write_projector(task, trained, split, tmp_path / split)
        vectors, (_, *rows) = read(tmp_path / split)
        assert len(vectors) == len(rows)
        found += map(tuple, rows)
    assert sorted(found) == sorted((text[:80], label) for text, label in wanted.values())


def test_where_there_is_nothing_to_write_an_older_one_stays(
    network_of: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "older").write_text("")
    task, trained = network_of("classify")
    assert not write_projector(task, trained, "absent", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["older"]
