"""Token ids in a file, against the same in memory."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens import ragged
from charlab.data.tokens.ragged import SelectedIds, StoredIds
from charlab.errors import DataError


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "numbers"
    np.arange(500, dtype="<u2").tofile(path)
    return path


def stored(file: Path) -> StoredIds:
    return StoredIds(file, np.dtype("<u2"), 500)


stretches = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100)), max_size=6)
bounds = st.integers(-700, 700) | st.none()


@given(
    stretches=stretches, begin=bounds, end=bounds, in_file=st.booleans(), chunk=st.integers(1, 600)
)
def test_slices_are_those_of_an_array(
    file: Path,
    stretches: list[tuple[int, int]],
    begin: int | None,
    end: int | None,
    in_file: bool,
    chunk: int,
) -> None:
    table = (np.arange(500) % 251).astype(np.uint8)
    starts, lengths = np.array(stretches, dtype=np.int64).reshape(-1, 2).T
    source = stored(file) if in_file else np.arange(500, dtype=np.uint16)
    np.testing.assert_array_equal(source[begin:end], np.arange(500)[begin:end])
    ids = SelectedIds(source, starts, lengths, table)
    whole = np.array([n for a, length in stretches for n in range(a, a + length)], np.uint16)
    whole = table[whole]
    assert len(ids) == len(whole)
    assert ids.dtype == whole.dtype
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ragged, "CHUNK", chunk)
        np.testing.assert_array_equal(ids[begin:end], whole[begin:end])
    assert ids[begin:end].dtype == whole.dtype


def test_they_survive_a_pickle(file: Path) -> None:
    ids = stored(file)
    assert ids[1:3].tolist() == [1, 2]
    assert pickle.loads(pickle.dumps(ids))[3:8].tolist() == [3, 4, 5, 6, 7]


def test_what_cannot_be_read(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without a step"):
        SelectedIds(stored(file), np.array([0]), np.array([9]), np.arange(500, dtype="u2"))[::2]
    with pytest.raises(DataError, match=r"ends too early.*remove that folder"):
        StoredIds(file, np.dtype("<u2"), 510)[490:]
    with pytest.raises(DataError, match="No such file"):
        StoredIds(tmp_path / "gone", np.dtype("<u2"), 9)[:]
