"""Zip archives as folders: which members there are to read; nothing is ever written."""

import stat
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

from charlab.data.documents.files.opening import allowed, file_state, open_archive, too_much
from charlab.errors import DataError

ENCRYPTED = 0x1  # a flag of a member
HIDDEN = (".", "__MACOSX")  # what systems add to an archive


def members(file: Path) -> tuple[list[str], list[str]]:
    """The names of an archive's files, sorted by their folders, and of those that are not read.

    Not read are hidden ones and links.

    Raises:
        DataError: if it is no zip archive, holds nothing to read, holds a path that climbs out of
            its folder or an encrypted file, or would unpack to too much.
    """
    title = repr(str(file))
    with open_archive(file) as archive:
        infos = archive.infolist()
    for info in infos:
        if _climbs(info.filename):
            raise DataError(
                f"{title} holds {info.filename!r}, a path that climbs out of its folder: the "
                "archive is refused"
            )
    size = file_state(file).st_size
    if sum(info.file_size for info in infos) > allowed(size):
        raise too_much(title, size)
    kept = {info.filename: info for info in infos if _readable(info)}
    locked = next((name for name, info in kept.items() if info.flag_bits & ENCRYPTED), None)
    if locked is not None:
        raise DataError(f"{title} is encrypted ({locked!r}): unpack it and give what was in it")
    if not kept:
        raise DataError(f"the archive {title} holds no file to read")
    others = [
        info.filename
        for info in infos
        if not info.filename.endswith("/") and info.filename not in kept
    ]
    return sorted(kept, key=parts), others


def size_of(file: Path, member: str) -> int:
    """How many bytes a member has when unpacked, as the archive says; it never gives more.

    Raises:
        DataError: if the archive cannot be read.
    """
    with open_archive(file) as archive:
        return archive.getinfo(member).file_size


def parts(name: str) -> tuple[str, ...]:
    """A member's folders and name; archives of Windows may have backslashes between them."""
    return PurePosixPath(name.replace("\\", "/")).parts


def _climbs(name: str) -> bool:
    path = PureWindowsPath(name)  # knows drives and both slashes
    return bool(path.drive or path.root) or ".." in path.parts


def _readable(info: zipfile.ZipInfo) -> bool:
    place = parts(info.filename)  # none of a name that is empty or a dot
    linked = stat.S_ISLNK(info.external_attr >> 16)
    hidden = any(part.startswith(HIDDEN) for part in place)
    folder = info.filename.endswith(("/", "\\"))
    return bool(place) and not (folder or linked or hidden)
