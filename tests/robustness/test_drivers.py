"""The drivers in small; by hand they try thousands, as their docstrings say."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.robustness.fuzz import fuzz
from tests.robustness.hostile_files import hostile_files
from tests.robustness.kills import kills
from tests.robustness.worlds import World, make_worlds


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Sequence[World]:
    return make_worlds(tmp_path_factory.mktemp("worlds"), 2)


@pytest.mark.slow
def test_odd_inputs(worlds: Sequence[World], tmp_path: Path) -> None:
    assert [found for found in fuzz(2, range(200), tmp_path, worlds) if found[1]] == []


@pytest.mark.slow
def test_hostile_files(worlds: Sequence[World], tmp_path: Path) -> None:
    tried = list(hostile_files(2, range(24), tmp_path, worlds, commands=1))
    assert [found for found in tried if found[1]] == []
    assert len(tried) == 24


@pytest.mark.slow
def test_killed_runs(tmp_path: Path) -> None:
    assert [found for found in kills(2, range(3), tmp_path) if found[1]] == []
