"""What tests of loggers share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.in_process import in_process
from tests.support.shell import TINY


@pytest.fixture
def given(names_folder: Path, tmp_path: Path) -> Iterator[list[str]]:
    """A run's words; nothing that it sets in the environment stays."""
    before = dict(os.environ)
    yield [*TINY, "task=classify", f"dataset.path={names_folder}", f"output_dir={tmp_path}"]
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def train() -> Callable[..., None]:
    """Trains, as the command does; it has to succeed."""

    def train(*arguments: str) -> None:
        done = in_process("train.py", *arguments)
        assert done.returncode == 0, done.stderr

    return train
