"""Files read within bounds, and written so that a crash never leaves half of one.

What lies in a folder from elsewhere may be a pipe, a device, a link or of any size.
"""

import contextlib
import errno
import json
import math
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from charlab.errors import DISK_FULL, DataError

_LONE_BYTE = re.compile("[\udc80-\udcff]")
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # what stands for no byte
JSON_LIMIT = 4 * 2**20  # bytes; a run's metrics have two thousand
_TEMPORARY = re.compile(r"\..+\.\d+\.tmp")  # as `_replacing` names them


def open_regular(path: Path, mode: str = "rb", **text: Any) -> IO[Any]:
    """Opens a regular file and nothing else: no pipe that hangs, no device without an end.

    Links are followed for reading; for writing they are refused, so that a folder from elsewhere
    cannot choose which file is written.

    Args:
        text: encoding, errors and newline of a text file.

    Raises:
        OSError: if it is no regular file, or cannot be opened.
    """
    follow = os.O_NOFOLLOW if mode[0] != "r" or "+" in mode else 0

    def opener(name: str, flags: int) -> int:
        if path.exists():  # to open a device can already do something
            _require_regular(path.stat().st_mode, name)
        try:
            descriptor = os.open(name, flags | os.O_NONBLOCK | os.O_CLOEXEC | follow, 0o666)
        except OSError as error:
            if error.errno == errno.ELOOP and path.is_symlink():
                raise OSError(errno.ELOOP, "it is a symbolic link", name) from error
            raise
        try:
            _require_regular(os.fstat(descriptor).st_mode, name)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    return open(path, mode, opener=opener, **text)  # pathlib's has no opener


def read_bounded(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes.

    Raises:
        OSError: if it is larger, no regular file, or cannot be read.
    """
    with open_regular(path) as file:
        data: bytes = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit:,} bytes", str(path))
    return data


def _require_regular(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", name)


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
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as file:  # a new file and no link
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


def copy_atomically(source: Path, target: Path) -> None:
    """Makes ``target`` hold what ``source`` holds now, in blocks of its own on the disk.

    Raises:
        OSError: if one cannot be read or the other not be written.
    """
    with open_regular(source) as file:
        write_atomically(target, lambda copy: shutil.copyfileobj(file, copy, 2**20))


def clean_up(folder: Path) -> None:
    """Removes what atomic writes of processes that died left in a folder."""
    for path in folder.glob(".*.tmp"):
        if _TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object out of a small file, which may come from a stranger.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it holds anything else.
    """
    try:
        data = json.loads(read_bounded(path, JSON_LIMIT))
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(data, dict):
        raise ValueError("it holds no object")
    return data


def escape_bytes(text: str) -> str:
    r"""Text with a file's name in it, its bytes that are no UTF-8 written ``\xe9``.

    Python holds such a byte as half a character, which no file in UTF-8 takes.
    """
    return _LONE_BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)


def user_path(text: str) -> Path:
    """A path as a user wrote it: ``~`` is the home folder, unless there is no such user."""
    return Path(os.path.expanduser(text))  # noqa: PTH111  # pathlib's raises for unknown users


def json_bytes(data: Mapping[str, Any], indent: int | None = 2) -> bytes:
    """Readable JSON, in one line without ``indent``; keys keep their order.

    JSON has no infinity: a number that is not finite becomes null. Half a character, which stands
    for a byte of the command line, is spelled as JSON does.
    """
    finite = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in data.items()
    }
    return (json.dumps(finite, indent=indent, ensure_ascii=False) + "\n").encode(
        errors="backslashreplace"
    )


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Writes readable JSON atomically."""
    write_bytes(path, json_bytes(data))


def write_text(path: Path, text: str) -> None:
    """Writes text as UTF-8, atomically."""
    write_bytes(path, utf8_bytes(text))


def utf8_bytes(text: str) -> bytes:
    """Text as UTF-8; a surrogate stands for a byte of the command line, or becomes U+FFFD."""
    return _LONE.sub("\ufffd", text).encode(errors="surrogateescape")


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Writes bytes, atomically."""
    with _replacing(path, need=len(data)) as file:
        file.write(data)


def _sync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut; systems that cannot sync a folder do without."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
