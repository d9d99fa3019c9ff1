"""What a path of the user's holds: files, plain or compressed, members of archives."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from charlab.data.documents.files import archives
from charlab.data.documents.files.files import files_below, locate
from charlab.data.documents.files.opening import COMPRESSED, file_blocks, file_state
from charlab.data.documents.files.standard_input import DASH, spooled
from charlab.errors import DataError
from charlab.system.files import user_path

ARCHIVE = ".zip"
UNREAD = (".tar", ".tgz", ".tbz2", ".txz", ".7z", ".rar", ".zst", ".lz4", ".lzma")


@dataclass(frozen=True)
class Entry:
    """Something to read.

    Attributes:
        file: where it is on disk.
        parts: folders and name below what the user named; empty for standard input.
        member: the name in an archive; None for what is no archive's.
    """

    file: Path
    parts: tuple[str, ...]
    member: str | None = None

    @cached_property
    def title(self) -> str:
        """What messages call it."""
        if not self.parts:
            return "standard input"
        file = repr(str(self.file))
        return file if self.member is None else f"{self.member!r} in {file}"

    @cached_property
    def name(self) -> str:
        """The file's name, without the ending that says how it is compressed."""
        if not self.parts:
            return ""
        path = Path(self.parts[-1])
        return path.stem if path.suffix.lower() in COMPRESSED else path.name

    def known_size(self) -> int | None:
        """How many bytes there are to read; None if only reading them tells.

        Raises:
            DataError: if the file cannot be read.
        """
        if self.member is not None:
            return archives.size_of(self.file, self.member)
        if self.file.suffix.lower() in COMPRESSED:
            return None
        return file_state(self.file).st_size

    def blocks(self, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """The bytes, unpacked, from ``start`` on, at most ``size`` of them.

        Raises:
            DataError: while they are taken, if they cannot be read.
        """
        return file_blocks(self.file, self.title, self.member, start=start, size=size)

    def identity(self, encoding: str) -> tuple[str | int, ...]:
        """What stays the same as long as the file does."""
        state = file_state(self.file)
        inside = "" if self.member is None else f"\0{self.member}"
        return (
            f"{self.file.resolve()}{inside}",
            state.st_size,
            state.st_mtime_ns,
            state.st_ctime_ns,
            state.st_ino,
            encoding,
        )


@dataclass(frozen=True)
class Found:
    """What is at a path.

    Attributes:
        entries: at least one, sorted by path.
        single: whether the path names one file, and no folder, archive or pattern.
        pattern: whether it is a pattern, which may fit files in any folders.
        passed: names of what is there and is not read.
    """

    entries: Sequence[Entry]
    single: bool
    pattern: bool
    passed: tuple[str, ...] = ()


def find(path: str) -> Found:
    """The files that a path of the user's stands for: a file, a folder, a pattern, "-".

    An archive stands for the files in it, and may be followed by a folder in it
    (``data.zip/names``). Folders that all files share are left out of their
    ``parts``, so that an archive's outermost folder means nothing.

    Raises:
        DataError: if nothing is there to be read.
    """
    if path == DASH:
        return Found([Entry(spooled(), ())], single=True, pattern=False)
    archive, inside = _archive_in(path)
    place = archive or locate(path)
    passed: list[str] = []
    if isinstance(place, Path) and not place.is_dir():
        entries = _expand(place, (place.name,), passed, whole=True)
        if inside:
            entries = [entry for entry in entries if entry.parts[: len(inside)] == inside]
            if not entries:
                raise DataError(f"{str(place)!r} holds no {'/'.join(inside)!r} to read")
        single = place.suffix.lower() != ARCHIVE or entries[0].parts == inside
        return Found(_strip(entries), single, pattern=False, passed=tuple(passed))
    files = place
    if isinstance(place, Path):
        files, left = files_below(place)
        passed += [str(file.relative_to(place)) for file in left]
    assert isinstance(files, list)
    entries = [entry for file in files for entry in _expand(file, file.parts, passed, whole=False)]
    pattern = not isinstance(place, Path)
    return Found(_strip(entries), single=False, pattern=pattern, passed=tuple(passed))


def _archive_in(path: str) -> tuple[Path | None, tuple[str, ...]]:
    """The archive that a path leads through, and where in it; None if it leads through none."""
    place = user_path(path)
    for above in place.parents:
        # pathlib's raises for a name too long, which `locate` words
        if above.suffix.lower() == ARCHIVE and os.path.isfile(above):  # noqa: PTH113
            return above, place.relative_to(above).parts
    return None, ()


def _expand(file: Path, parts: tuple[str, ...], passed: list[str], *, whole: bool) -> list[Entry]:
    """The file, or the files in it if it is an archive; ``passed`` gets what is not read of it.

    An archive that is the ``whole`` of what the user named is no folder of its own.
    """
    _refuse(file.name, repr(str(file)))
    if file.suffix.lower() != ARCHIVE:
        return [Entry(file, parts)]
    above = () if whole else (*parts[:-1], file.stem)
    entries = []
    kept, others = archives.members(file)
    passed += others
    for member in kept:
        inside = archives.parts(member)
        _refuse(inside[-1], f"{member!r} in {str(file)!r}", (*COMPRESSED, ARCHIVE))
        entries.append(Entry(file, (*above, *inside), member))
    return entries


def _refuse(name: str, title: str, more: tuple[str, ...] = ()) -> None:
    """Refuses what is packed in ways that are not read in place."""
    before, last = ("", "", *Path(name.lower()).suffixes)[-2:]
    if last in (*UNREAD, *more) or (last in COMPRESSED and before == ".tar"):
        raise DataError(
            f"{title} is packed in a way that is not read in place (.gz, .bz2, .xz and .zip are): "
            "unpack it and give what was in it"
        )


def shared_folders(places: Iterable[tuple[str, ...]]) -> int:
    """How many folders, from the outermost on, are the same above all files."""
    levels = zip(*(place[:-1] for place in places), strict=False)
    return sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))


def _strip(entries: list[Entry]) -> list[Entry]:
    shared = shared_folders(entry.parts for entry in entries)
    return [Entry(e.file, e.parts[shared:], e.member) for e in entries]
