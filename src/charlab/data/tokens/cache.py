"""Encoded texts on disk: written once, complete or not there, shared by processes.

The folder holds ``entries/<key>/`` (a tokenized text each, see `EntryWriter`), ``index/`` (which
entry belongs to files that have not changed) and ``writing/`` (what is not whole yet).
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from charlab.data.tokens.ragged import StoredIds
from charlab.data.tokens.vocabulary import Integers, Unsigned
from charlab.errors import DataError
from charlab.system.cache_folder import VARIABLE, cache_folder
from charlab.system.files import write_atomically

VERSION = 2  # of everything below the folder; another version is another folder

TOKEN_IDS = "numbers.bin"
DOCUMENTS = "documents.npy"
ABOUT = "entry.json"  # written last: an entry without it is none

_YOUNG = 60  # seconds; a younger folder without a lock may be about to be locked


class CorpusCache:
    """The tokenized texts of a user.

    Args:
        folder: where; None: in the user's cache folder.

    Raises:
        DataError: if the folder cannot be made.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or cache_folder("texts")) / f"v{VERSION}"
        with one_line_errors(self.folder):
            for name in ("entries", "index", "writing"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)

    def recall(self, identity: str, write: Callable[[], Path]) -> Path:
        """The entry of files that have not changed since it was made; else what ``write`` makes."""
        entry = self._find(identity)
        if entry is None:
            with self._alone(identity):
                entry = self._find(identity)  # another process may have read them meanwhile
                if entry is None:
                    entry = write()
                    self._remember(identity, entry)
        return entry

    @contextlib.contextmanager
    def _alone(self, identity: str) -> Iterator[None]:
        """Waits until no other process prepares the same files. Who dies lets go."""
        with one_line_errors(self.folder):
            file = self._index(identity).with_suffix(".lock").open("w")
        with file:
            with contextlib.suppress(OSError):  # no locks there: the work may be done twice
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def write(self) -> "EntryWriter":
        """Begins an entry; removes what processes that were killed have left."""
        self._clean()
        return EntryWriter(self.folder)

    def _find(self, identity: str) -> Path | None:
        try:
            key = json.loads(self._index(identity).read_text())["entry"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        entry = self.folder / "entries" / key
        return entry if is_whole(entry) else None

    def _remember(self, identity: str, entry: Path) -> None:
        text = json.dumps({"entry": entry.name})
        with one_line_errors(self.folder):
            write_atomically(self._index(identity), lambda file: file.write(text.encode()))

    def _index(self, identity: str) -> Path:
        return self.folder / "index" / f"{digest_of(identity)}.json"

    def _clean(self) -> None:
        for left in (self.folder / "writing").iterdir():
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _YOUNG and not _is_locked(left / "owner"):
                    shutil.rmtree(left, ignore_errors=True)


class EntryWriter:
    """Writes an entry's token ids as they come, under a name of its own until all is whole.

    A context: what is not finished at its end is removed.

    Args:
        folder: the cache's.
    """

    def __init__(self, folder: Path) -> None:
        self._cache = folder
        self._dtype: np.dtype[np.unsignedinteger] = np.dtype("<u1")
        self._count = 0
        with one_line_errors(folder):
            self._folder = Path(tempfile.mkdtemp(dir=folder / "writing"))
            self._owner = (self._folder / "owner").open("w")
            with contextlib.suppress(OSError):
                fcntl.flock(self._owner, fcntl.LOCK_EX)
            self._file = (self._folder / TOKEN_IDS).open("w+b", buffering=0)

    def __enter__(self) -> "EntryWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._owner.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def append(self, token_ids: Unsigned) -> None:
        """Adds token ids (n,); the file's type grows to theirs if it has to.

        Raises:
            DataError: if the disk is full.
        """
        if token_ids.dtype.itemsize > self._dtype.itemsize:
            self._widen(token_ids.dtype.newbyteorder("<"))
        with one_line_errors(self._cache):
            _write_all(self._file, token_ids.astype(self._dtype, copy=False).data.cast("B"))
        self._count += len(token_ids)

    def drop(self, count: int) -> None:
        """Forgets the last ``count`` ids."""
        self._count -= count
        with one_line_errors(self._cache):
            self._file.seek(self._count * self._dtype.itemsize)
            self._file.truncate()

    def finish(self, about: Mapping[str, Any], documents: Integers, key: str) -> Path:
        """Makes the entry whole and gives it its name.

        Args:
            about: plain data that belongs to it.
            documents: a row for each document, (n, k).
            key: names the entry; one that is there already has the same content and is kept.

        Returns:
            The entry's folder.

        Raises:
            DataError: if the disk is full.
        """
        facts = {**about, "dtype": self._dtype.str, "count": self._count}
        entry = self._cache / "entries" / key
        with one_line_errors(self._cache):
            os.fsync(self._file.fileno())  # a power cut must not leave a whole name without ids
            write_atomically(self._folder / DOCUMENTS, lambda file: np.save(file, documents))
            text = json.dumps(facts).encode()
            write_atomically(self._folder / ABOUT, lambda file: file.write(text))
            if not is_whole(entry):
                shutil.rmtree(entry, ignore_errors=True)
                try:
                    self._folder.rename(entry)
                except OSError as error:  # another process was faster
                    if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                        raise
        return entry

    def _widen(self, dtype: np.dtype[np.unsignedinteger]) -> None:
        """Writes the file anew with wider ids; early, as most tokens are met early."""
        with one_line_errors(self._cache):
            old = self._file
            (self._folder / TOKEN_IDS).rename(self._folder / "narrow")
            self._file = (self._folder / TOKEN_IDS).open("w+b", buffering=0)
            old.seek(0)
            with old:
                while data := old.read(2**22):
                    _write_all(self._file, np.frombuffer(data, self._dtype).astype(dtype).data)
            (self._folder / "narrow").unlink()
        self._dtype = dtype


def read_entry(entry: Path) -> tuple[dict[str, Any], Integers, StoredIds]:
    """An entry's plain data, its documents and its ids, as `EntryWriter.finish` got them.

    Raises:
        DataError: if it has been removed meanwhile, or is damaged.
    """
    try:
        about = json.loads((entry / ABOUT).read_bytes())
        documents = np.load(entry / DOCUMENTS)
    except (OSError, ValueError) as error:
        raise DataError(
            f"the encoded text at {str(entry)!r} cannot be read: remove that folder and try again"
        ) from error
    dtype = np.dtype(about["dtype"])
    return about, documents, StoredIds(entry / TOKEN_IDS, dtype, about["count"])


def is_whole(entry: Path) -> bool:
    """Whether an entry is there and as long as it says."""
    try:
        about = json.loads((entry / ABOUT).read_bytes())
        size = about["count"] * np.dtype(about["dtype"]).itemsize
        return (entry / TOKEN_IDS).stat().st_size == size and (entry / DOCUMENTS).exists()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def digest_of(text: str) -> str:
    """Sha256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextlib.contextmanager
def one_line_errors(folder: Path) -> Iterator[None]:
    """Says in one line what keeps the cache from being written.

    Raises:
        DataError: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot write the encoded text to {str(folder)!r}: {error.strerror or error}; make "
            f"room there, or name another folder in the environment variable {VARIABLE}"
        ) from error


def _write_all(file: Any, data: memoryview) -> None:
    """Unbuffered files may take in less than they are given."""
    data = data.cast("B")
    while data:
        data = data[file.write(data) :]


def _is_locked(owner: Path) -> bool:
    with owner.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
