"""Data files read, and compared with what was written into them."""

import dataclasses
import logging
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from tests.robustness import folders, tables
from tests.robustness.asking import Asked, ask, crash_of
from tests.robustness.contract import broken
from tests.robustness.findings import Finding
from tests.robustness.tables import Data
from tests.robustness.worlds import TINY
from tests.shell import ROOT

from charlab.config.composing import check
from charlab.data.texts import document_texts
from charlab.errors import CharlabError
from charlab.preparation import read_corpus

MAKERS: list[tuple[Callable[[random.Random, Path], Data], int]] = [
    (tables.table, 50),
    (folders.names, 20),
    (folders.labelled_folders, 15),
    (folders.odd_bytes, 15),
]
BY_COMMAND = 0.03  # of the files are given to a command: it takes a hundred times as long


def data_files(chance: random.Random, folder: Path) -> list[Finding]:
    """Writes some files, has them read, and says what was read wrongly."""
    (make,) = chance.choices([maker for maker, _ in MAKERS], [weight for _, weight in MAKERS])
    data = make(chance, folder)
    if chance.random() < BY_COMMAND:
        return list(_by_command(chance, data, folder))
    heard = _Heard()
    logger = logging.getLogger("charlab")
    level, propagate = logger.level, logger.propagate
    logger.addHandler(heard)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        return [
            Finding(f"{data.kind}: {kind}", f"{data.path} {data.settings}: {detail}")
            for kind, detail in _wrong(data, heard)
        ]
    finally:
        logger.removeHandler(heard)
        logger.setLevel(level)
        logger.propagate = propagate


class _Heard(logging.Handler):
    """What was said."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _wrong(data: Data, heard: _Heard) -> Iterator[tuple[str, str]]:
    try:
        read, labels = _read(data)
    except CharlabError as error:
        if "\n" in str(error):
            yield "an error of several lines", str(error)[:300]
        return
    except Exception as error:
        crash = crash_of(error)
        yield f"traceback: {crash.partition(': ')[0]}", crash
        return
    said = " ".join(heard.lines)
    if data.kind.endswith("twice"):
        if "column" not in said:
            yield "one of two columns of a name taken in silence", str(read)[:200]
    elif data.rows is not None:
        if "one column without a name" in said and "text_column" not in data.settings:
            header = Counter(read) - Counter(data.rows)  # it may as well be a text; that was said
            read = [row for row in read if header.total() > 1 or row not in header]
        if Counter(text for text, _ in read) != Counter(text for text, _ in data.rows):
            yield "read wrongly in silence", f"{_first_apart(read, data.rows)}"
        elif Counter(read) != Counter(data.rows):
            yield "other labels", f"{sorted(set(map(str, labels)))}"
    elif data.names and not labels <= _plausible(data):
        yield "labels that are names of files or parts", f"{sorted(labels)}"
    unread = [name for name in data.names if not _was_read(name, read, data) and name not in said]
    if unread and not any(Path(name).name in said for name in unread):
        yield "files passed over in silence", f"{unread} of {data.names}; said: {said[:200]!r}"


def _read(data: Data) -> tuple[list[tuple[str, str | None]], set[str]]:
    """The texts and labels of a corpus, all in one part where the files give no others."""
    base = _options(data.source)
    dataset = dataclasses.replace(base.dataset, path=data.path, **data.settings)
    corpus = read_corpus(dataclasses.replace(base, dataset=dataset))
    read: list[tuple[str, str | None]] = []
    for part in corpus.splits.values():
        names = [None] * part.documents
        if part.labels is not None:
            names = [corpus.labels[n] for n in part.labels.tolist()]
        read += zip(document_texts(part, corpus.vocabulary), names, strict=True)
    return read, {label for _, label in read if label is not None}


@cache
def _options(source: str) -> Any:
    words = [f"dataset={source}", "dataset.split.fractions=[1,0,0]", "dataset.layout=sequences"]
    words += ["dataset.distinct=false", "dataset.min_count=1"]
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return check(compose("train", words))


def _first_apart(read: list[Any], written: list[Any]) -> str:
    more, less = Counter(read) - Counter(written), Counter(written) - Counter(read)
    return f"read but not written {list(more)[:2]}, written but not read {list(less)[:2]}"


def _plausible(data: Data) -> set[str]:
    """Labels that a person would expect of these files."""
    stems = {Path(name).name.partition(".txt")[0].partition(".TXT")[0] for name in data.names}
    if data.source == "text":
        return {"pos", "neg"}
    return {unicodedata.normalize("NFC", stem) for stem in stems}


def _was_read(name: str, read: list[tuple[str, str | None]], data: Data) -> bool:
    """Whether a text of a file is among those that were read; a label counts where it is one's own."""
    if data.rows is not None:
        return True  # the rows themselves were compared
    if name in ("eng-fra.txt", "README.md", "sub/More.txt", "x.csv", "a.jpg"):
        return any(text in ("other", "lines") for text, _ in read)
    if name == "README.txt":
        return any(text.startswith("about these") for text, _ in read)
    return (
        bool(read)
        if data.source == "text"
        else name.endswith((".gz", ".bz2", ".xz"))
        or any(label == unicodedata.normalize("NFC", Path(name).stem) for _, label in read)
    )


def _by_command(chance: random.Random, data: Data, folder: Path) -> Iterator[Finding]:
    settings = [f"dataset.{key}={value}" for key, value in data.settings.items()]
    words = [f"dataset={data.source}", f"dataset.path={data.path}", *settings]
    script = chance.choice(["train.py", "inspect_data.py"])
    if script == "train.py":
        words += [*TINY, f"task={chance.choice(['generate', 'classify'])}", "dataset.seq_len=4"]
    asked = Asked(script, tuple(words), terminal=chance.random() < 0.5)
    yield from broken(asked, ask(asked, folder), folder)
