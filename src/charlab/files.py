"""Writing files so that a crash never leaves half of one."""

import contextlib
import csv
import errno
import io
import json
import math
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from charlab.errors import DISK_FULL, DataError

_LONE_BYTE = re.compile("[\udc80-\udcff]")


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Writes under a temporary name, syncs to disk, renames: the file is old or new, never half.

    Raises:
        OSError: if the folder cannot be written; the temporary file is gone then.
    """
    with _replacing(path) as file:
        write(file)


@contextlib.contextmanager
def open_output(given: str, key: str = "output") -> Iterator[IO[bytes]]:
    """The file that a user named for an answer.

    A regular file, new or behind links, is replaced when the answer is whole, and keeps its
    permissions. What is none (a pipe, a device, ``/dev/stdout``) is written straight.

    Args:
        given: its path as the user wrote it.
        key: the word that it was given by, for messages.

    Raises:
        DataError: if it cannot be written.
    """
    try:
        with _opened(user_path(given)) as file:
            yield file
    except BrokenPipeError:  # whoever read it has enough
        raise
    except OSError as error:
        raise DataError(f"cannot write {key}={given}: {error.strerror or error}") from error


def _opened(path: Path) -> contextlib.AbstractContextManager[IO[bytes]]:
    descriptor = _descriptor(path)
    if descriptor is not None:
        return os.fdopen(os.dup(descriptor), "wb")
    path = Path(os.path.realpath(path))  # pathlib raises where links go round
    try:
        known = path.stat()
    except FileNotFoundError:
        return _replacing(path)
    if not stat.S_ISREG(known.st_mode):
        return os.fdopen(os.open(path, os.O_WRONLY), "wb")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return _replacing(path, like=known)


def _descriptor(path: Path) -> int | None:
    """The number of the open file of this process that a path stands for (``/dev/stdout``)."""
    for _ in range(40):  # links on the way: more are a circle
        folder = Path(os.path.realpath(path.parent))
        if folder in (Path(f"/proc/{os.getpid()}/fd"), Path("/dev/fd")) and path.name.isdigit():
            return int(path.name)
        if not path.is_symlink():
            return None
        path = folder / path.readlink()
    return None


@contextlib.contextmanager
def _replacing(
    path: Path, like: os.stat_result | None = None, need: int | None = None
) -> Iterator[IO[bytes]]:
    """A new file that takes a path's place when it is whole, with the permissions of ``like``.

    ``need`` is its size in bytes, for the words about a full disk.
    """
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.tmp")  # a name has 255 bytes
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            if like is not None:
                with contextlib.suppress(OSError):  # another user's file: the mode still counts
                    os.fchown(file.fileno(), like.st_uid, like.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(like.st_mode))
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise (_no_room(error, path, need) if error.errno in DISK_FULL else error) from error
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _no_room(error: OSError, path: Path, need: int | None) -> OSError:
    """The same error in words: where there is no room, for what, and what is whole."""
    free = shutil.disk_usage(path.parent).free
    wanted = "more" if need is None else f"{need:,} bytes"
    kept = "; the one of before is whole" if path.exists() else ""
    words = f"{path.parent} has {free:,} bytes left, {path.name} needs {wanted}{kept}"
    return OSError(error.errno, words)


def open_regular(path: Path) -> IO[bytes]:
    """Opens a file to read it. A pipe is not waited for, a device or folder not read.

    Raises:
        OSError: if it cannot be opened or is no regular file, links followed.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def same_content(source: Path, target: Path) -> None:
    """Makes ``target`` hold what ``source`` holds now, at no cost where hard links exist.

    Later atomic writes to ``source`` do not touch ``target``: a rename replaces the name only.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        temporary.hardlink_to(source)
    except OSError:  # a file system without hard links
        write_atomically(target, lambda file: file.write(source.read_bytes()))
        return
    try:
        temporary.replace(target)
    finally:  # a rename onto another name of the same file does nothing at all
        temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def escape_bytes(text: str) -> str:
    r"""Text with a file's name in it, its bytes that are no UTF-8 written ``\xe9``.

    Python holds such a byte as half a character, which no file in UTF-8 takes.
    """
    return _LONE_BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)


def user_path(text: str) -> Path:
    """A path as a user wrote it: ``~`` is the home folder, unless there is no such user."""
    return Path(os.path.expanduser(text))  # noqa: PTH111  # pathlib's raises for unknown users


def json_bytes(data: Mapping[str, Any]) -> bytes:
    """Readable JSON; keys keep their order.

    JSON has no infinity: a number that is not finite becomes null.
    """
    finite = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in data.items()
    }
    return (json.dumps(finite, indent=2, ensure_ascii=False) + "\n").encode()


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Writes readable JSON atomically."""
    write_bytes(path, json_bytes(data))


def write_text(path: Path, text: str) -> None:
    """Writes text as UTF-8, atomically."""
    write_bytes(path, text.encode(errors="surrogateescape"))


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Writes bytes, atomically."""
    with _replacing(path, need=len(data)) as file:
        file.write(data)


def csv_text(rows: Iterable[Sequence[Any]], end: str = "\r\n") -> str:
    """Rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets a ``'``."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(map(_harmless, row) for row in rows)
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    formula = isinstance(cell, str) and cell.startswith(_FORMULA)
    return f"'{cell}" if formula else cell


# How a formula begins in a spreadsheet; the wide signs count in East Asian ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _sync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut; systems that cannot sync a folder do without."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
