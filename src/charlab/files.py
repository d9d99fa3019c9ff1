"""Writing files so that a crash never leaves half of one."""

import errno
import json
import math
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

_LONE_BYTE = re.compile("[\udc80-\udcff]")


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
