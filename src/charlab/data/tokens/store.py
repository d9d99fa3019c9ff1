"""Ids that stay in a file: read slice by slice, so that memory holds only what is looked at."""

import os
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from charlab.errors import DataError

Unsigned = npt.NDArray[np.unsignedinteger]


class StoredIds:
    """Stretches of a file of numbers, one after another, like an array that can only be sliced.

    Slices are read, not mapped: pages of a mapped file would count as this process's memory.

    Args:
        path: the file, whose numbers have no header and are little-endian.
        dtype: their type.
        starts: where each stretch begins, in numbers, (m,).
        lengths: numbers of each stretch, (m,).
        table: what stands for number i is table[i]; None: the number itself.

    Attributes:
        dtype: the type of what a slice holds.
    """

    def __init__(
        self,
        path: Path,
        dtype: np.dtype[np.unsignedinteger],
        starts: npt.NDArray[np.int64],
        lengths: npt.NDArray[np.int64],
        table: Unsigned | None = None,
    ) -> None:
        self._path = path
        self._stored = np.dtype(dtype).newbyteorder("<")
        some = lengths > 0
        self._starts = starts[some]
        self._ends = np.cumsum(lengths[some])
        self._table = table
        self._file: IO[bytes] | None = None
        self.dtype: np.dtype[np.unsignedinteger] = np.dtype(dtype) if table is None else table.dtype

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, wanted: slice) -> Unsigned:
        begin, end, step = wanted.indices(len(self))
        if step != 1:
            raise ValueError("stored ids are read in slices without a step")
        token_ids = self._numbers(begin, end)
        return token_ids if self._table is None else self._table[token_ids]

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "_file": None}

    def select(
        self, starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], table: Unsigned
    ) -> "StoredIds":
        """Stretches of the file seen through a table; where they begin counts from its begin."""
        return StoredIds(self._path, self._stored, starts, lengths, table)

    def _numbers(self, begin: int, end: int) -> Unsigned:
        parts = []
        stretch = int(np.searchsorted(self._ends, begin, side="right"))
        while begin < end:
            until = min(int(self._ends[stretch]), end)
            before = int(self._ends[stretch - 1]) if stretch else 0
            parts.append(self._read(int(self._starts[stretch]) + begin - before, until - begin))
            begin, stretch = until, stretch + 1
        if not parts:
            return np.empty(0, self._stored)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _read(self, start: int, count: int) -> Unsigned:
        width = self._stored.itemsize
        try:
            if self._file is None:
                self._file = self._path.open("rb", buffering=0)
            data = _read_at(self._file, start * width, count * width)
        except OSError as error:
            raise DataError(
                f"cannot read the encoded text at {str(self._path)!r}: {error.strerror}"
            ) from error
        if len(data) < count * width:
            raise DataError(
                f"the encoded text at {str(self._path)!r} ends too early: "
                "remove that folder and start again"
            )
        return np.frombuffer(data, self._stored)


def _read_at(file: IO[bytes], offset: int, size: int) -> bytes:
    """The bytes there, fewer only at the file's end; processes that share the file do no harm."""
    parts = []
    while size > 0:
        if hasattr(os, "pread"):
            data = os.pread(file.fileno(), size, offset)
        else:
            file.seek(offset)
            data = file.read(size)
        if not data:
            break
        parts.append(data)
        offset += len(data)
        size -= len(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)
