"""Files read within bounds, and written so that a crash never leaves half of one.

What lies in a folder from elsewhere may be a pipe, a device, a link or of any size.
"""

import errno
import json
import math
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any


def open_regular(path: Path, mode: str = "rb", **text: Any) -> IO[Any]:
    """Opens a regular file and nothing else: no pipe that hangs, no device without an end.

    Links are followed for reading; for writing they are refused, so that a folder from elsewhere
    cannot choose which file is written.

    Args:
        path: the file.
        mode: as of ``open``.
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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


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


def user_path(text: str) -> Path:
    """A path as a user wrote it: ``~`` is the home folder, unless there is no such user."""
    return Path(os.path.expanduser(text))  # noqa: PTH111  # pathlib's raises for unknown users


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Writes readable JSON atomically; keys keep their order.

    JSON has no infinity: a number that is not finite becomes null.
    """
    finite = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in data.items()
    }
    text = json.dumps(finite, indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))


def write_text(path: Path, text: str) -> None:
    """Writes text as UTF-8, atomically."""
    write_atomically(path, lambda file: file.write(text.encode(errors="surrogateescape")))


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
