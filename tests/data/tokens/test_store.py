"""Ids in a file, against the same in memory."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens.store import StoredIds
from charlab.errors import DataError


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "numbers"
    np.arange(500, dtype="<u2").tofile(path)
    return path


def ids_of(file: Path, stretches: list[tuple[int, int]], table: np.ndarray | None) -> StoredIds:
    starts, lengths = np.array(stretches, dtype=np.int64).reshape(-1, 2).T
    return StoredIds(file, np.dtype("<u2"), starts, lengths, table)


stretches = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100)), max_size=6)
bounds = st.integers(-700, 700) | st.none()


@given(stretches=stretches, begin=bounds, end=bounds, seen=st.booleans())
def test_slices_are_those_of_an_array(
    file: Path,
    stretches: list[tuple[int, int]],
    begin: int | None,
    end: int | None,
    seen: bool,
) -> None:
    table = (np.arange(500) % 251).astype(np.uint8) if seen else None
    ids = ids_of(file, stretches, table)
    whole = np.array([n for a, length in stretches for n in range(a, a + length)], np.uint16)
    whole = whole if table is None else table[whole]
    assert len(ids) == len(whole)
    assert ids.dtype == whole.dtype
    np.testing.assert_array_equal(ids[begin:end], whole[begin:end])
    assert ids[begin:end].dtype == whole.dtype


def test_they_survive_a_pickle(file: Path) -> None:
    ids = ids_of(file, [(3, 5)], None)
    assert ids[1:3].tolist() == [4, 5]
    assert pickle.loads(pickle.dumps(ids))[:].tolist() == [3, 4, 5, 6, 7]


def test_what_cannot_be_read(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without a step"):
        ids_of(file, [(0, 9)], None)[::2]
    with pytest.raises(DataError, match=r"ends too early.*remove that folder"):
        ids_of(file, [(490, 20)], None)[:]
    with pytest.raises(DataError, match="No such file"):
        ids_of(tmp_path / "gone", [(0, 9)], None)[:]
