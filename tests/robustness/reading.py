"""Data files read, and compared with what was written into them."""

import dataclasses
import logging
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir

from charlab.builders.corpus import read_corpus
from charlab.config.hydra_app import check
from charlab.errors import CharlabError
from charlab.evaluation.reference_texts import document_texts
from tests.robustness.asking import crash_of
from tests.robustness.data_files import Data, Row, names, odd_bytes, table
from tests.robustness.findings import Finding
from tests.support.shell import ROOT


def read_files(chance: random.Random, folder: Path) -> list[Finding]:
    """Writes some files, has them read, and says what was read wrongly."""
    data = chance.choices([table, names, odd_bytes], weights=[55, 25, 20])[0](chance, folder)
    heard = _Heard()
    logger = logging.getLogger("charlab")
    before = logger.level, logger.propagate
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
        logger.level, logger.propagate = before


class _Heard(logging.Handler):
    """What was said."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.said += f"{record.getMessage()}\n"


def _wrong(data: Data, heard: _Heard) -> Iterator[tuple[str, str]]:
    try:
        read = _read(data)
    except CharlabError as error:
        if "\n" in str(error):
            yield "an error of several lines", str(error)[:300]
        return
    except Exception as error:
        crash = crash_of(error)
        yield f"traceback: {crash.partition(': ')[0]}", crash
        return
    if data.rows is not None:
        more, less = Counter(read) - Counter(data.rows), Counter(data.rows) - Counter(read)
        # A header that may as well be a text is read as one, and that is said.
        headed = "one column without a name" in heard.said and more.total() == 1
        if less or (more and not headed):
            yield (
                "read wrongly in silence",
                f"too much: {list(more)[:2]}, missing: {list(less)[:2]}",
            )


def _read(data: Data) -> list[Row]:
    """The texts and labels of a corpus, all in one part where the files give no others."""
    base = _options(data.source)
    dataset = dataclasses.replace(base.dataset, path=data.path, **data.settings)
    corpus = read_corpus(dataclasses.replace(base, dataset=dataset))
    read: list[Row] = []
    for part in corpus.splits.values():
        numbers = [] if part.labels is None else part.labels.tolist()
        labels = [corpus.labels[n] for n in numbers] or [None] * part.documents
        read += zip(document_texts(part, corpus.vocabulary), labels, strict=True)
    return read


@cache
def _options(source: str) -> Any:
    words = [f"dataset={source}", "dataset.split.fractions=[1,0,0]", "dataset.layout=sequences"]
    words += ["dataset.distinct=false", "dataset.min_count=1"]
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return check(compose("train", words))
