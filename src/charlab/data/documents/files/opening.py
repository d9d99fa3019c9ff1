"""The bytes of a file: plain or compressed, in blocks, with an eye on bombs and on changes."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from os import stat_result
from pathlib import Path
from typing import IO, Any

from charlab.errors import DataError
from charlab.system.files import open_regular

BLOCK = 4 * 2**20  # bytes read at once

# What is compressed may unpack to so much. Text rarely shrinks below a twentieth; small files
# may unpack to anything that fits in memory several times over.
SMALL = 64 * 2**20
RATIO = 250
AT_MOST = 256 * 2**30

_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
COMPRESSED = tuple(_OPENERS)
_FORMATS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zip": "zip"}


def file_state(file: Path) -> stat_result:
    """What the system says about a regular file.

    Raises:
        DataError: if it cannot be read, or could go on for ever (a pipe, a device).
    """
    try:
        state = file.stat()
    except OSError as error:
        raise DataError(f"cannot read {str(file)!r}: {error.strerror}") from error
    if not file.is_file() and not file.is_dir():
        raise DataError(f"{str(file)!r} is not a regular file")
    return state


def file_blocks(
    file: Path, title: str, member: str | None = None, *, start: int = 0, size: int | None = None
) -> Iterator[bytes]:
    """The bytes of a file on disk, unpacked, in blocks.

    Args:
        file: the file; endings in `COMPRESSED` say that it is compressed.
        title: what messages call it.
        member: the name of a file in it; it is a zip archive then.
        start: how many bytes to pass over.
        size: how many to give at most; None: all.

    Raises:
        DataError: if it cannot be read, is damaged, unpacks to too much, or changes meanwhile.
    """
    before = file_state(file)
    compressed = member is not None or file.suffix.lower() in COMPRESSED
    most = allowed(before.st_size) if compressed else before.st_size
    given = 0
    with _worded(file, title), _opened(file, member) as stream:
        stream.seek(start)
        while block := stream.read(BLOCK if size is None else min(BLOCK, size - given)):
            given += len(block)
            if start + given > most:
                raise too_much(title, before.st_size) if compressed else _changed(title)
            yield block
    after = file_state(file)
    if _stamp(after) != _stamp(before):
        raise _changed(title)


def allowed(compressed_size: int) -> int:
    """Bytes that so many compressed ones may unpack to."""
    return min(AT_MOST, max(SMALL, RATIO * compressed_size))


def too_much(title: str, compressed_size: int) -> DataError:
    """The error about what unpacks to more than that."""
    return DataError(
        f"{title} unpacks to more than {allowed(compressed_size) // 2**20:,} MiB, which looks like "
        "a zip bomb; if it is none, unpack it and give what was in it"
    )


def damaged(file: Path, title: str, error: BaseException) -> DataError:
    """The error about a compressed file that is not what it should be."""
    kind = _FORMATS.get(file.suffix.lower(), "compressed")
    said = str(error) or type(error).__name__
    return DataError(f"{title} is damaged or no {kind} file ({said}): get it again")


@contextmanager
def open_archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """A zip archive; it stays open for the next member."""
    with _worded(file, repr(str(file))):
        yield _archive(file, _stamp(file_state(file)))


@contextmanager
def _opened(file: Path, member: str | None) -> Iterator[IO[bytes]]:
    if member is not None:
        with _archive(file, _stamp(file_state(file))).open(member) as stream:
            yield stream
        return
    unpack = _OPENERS.get(file.suffix.lower())
    with open_regular(file) as packed:
        if unpack is None:
            yield packed
            return
        with unpack(packed, "rb") as stream:
            yield stream


@lru_cache(maxsize=2)
def _archive(file: Path, stamp: tuple[int, int, int]) -> zipfile.ZipFile:
    """The archive as it is at the stamp; to list its members again for each one takes long."""
    return zipfile.ZipFile(open_regular(file))


def _stamp(state: stat_result) -> tuple[int, int, int]:
    return state.st_size, state.st_mtime_ns, state.st_ino


def _changed(title: str) -> DataError:
    return DataError(
        f"{title} changed while it was read: wait until it is written, or give a copy of it"
    )


@contextmanager
def _worded(file: Path, title: str) -> Iterator[None]:
    """Words the errors of reading and unpacking."""
    try:
        yield
    except OSError as error:
        if error.strerror is None:  # the unpackers' own
            raise damaged(file, title, error) from error
        raise DataError(f"cannot read {title}: {error.strerror}") from error
    except KeyError as error:  # a member that the archive had when it was listed
        raise _changed(title) from error
    except (zlib.error, lzma.LZMAError, zipfile.BadZipFile, EOFError, UnicodeError) as error:
        raise damaged(file, title, error) from error
    except (NotImplementedError, RuntimeError) as error:  # a method of packing, a password
        raise DataError(f"{title} cannot be unpacked here: {error}") from error
