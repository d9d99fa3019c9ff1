"""Files of the user: found by path, folder or pattern."""

import difflib
import errno
import glob
import os
import unicodedata
from fnmatch import fnmatchcase
from pathlib import Path

from charlab.errors import DataError
from charlab.system.files import user_path


def locate(path: str) -> Path | list[Path]:
    """What a path given by the user stands for.

    ``~`` is the home folder. A path that exists is taken literally, whatever characters it holds;
    any other with ``*``, ``?`` or ``[`` in it is a pattern (``**`` reaches into subfolders).

    Returns:
        The file or folder, or the files that a pattern matches, sorted and at least one.

    Raises:
        DataError: if nothing is there; names a neighbour of a similar name.
    """
    if not path.strip():
        raise DataError(
            "dataset.path is empty: give a file, a folder or a pattern, or leave it out"
        )
    for place in (Path(path), user_path(path)):
        if _exists(place):
            return place
    if user_path(path).is_symlink():
        raise DataError(f"dataset.path: {path!r} is a link that leads nowhere or in a circle")
    if glob.has_magic(path):
        return _matching(path)
    raise DataError(f"dataset.path: there is no {path!r}{_similar(user_path(path))}")


def files_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """Regular files in a folder and its subfolders, sorted by path; and what is passed over.

    Passed over are hidden files and folders, links to folders (so that no circle is walked), links
    that lead nowhere, pipes and devices.

    Raises:
        DataError: if the folder or a subfolder cannot be listed, or no file is in it.
    """
    files, passed = (sorted(found, key=lambda file: file.parts) for found in _walk(folder))
    if not files:
        raise DataError(f"the folder {str(folder)!r} holds no file to read")
    return files, passed


def _walk(folder: Path) -> tuple[list[Path], list[Path]]:
    """Regular files below a folder, and what is passed over."""

    def refuse(error: OSError) -> None:
        raise DataError(f"cannot list the folder {error.filename!r}: {error.strerror}") from error

    found: list[Path] = []
    passed: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        for name in folders:
            if name.startswith(".") or Path(parent, name).is_symlink():
                passed.append(Path(parent, name))
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(parent, name)
            (passed if name.startswith(".") or not file.is_file() else found).append(file)
    return found, passed


def _exists(place: Path) -> bool:
    try:
        place.stat()  # since Python 3.14 `exists` gives no reason
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:  # a name too long, a folder that may not be entered
        if error.errno == errno.ELOOP:
            return False
        raise DataError(f"cannot read {str(place)!r}: {error.strerror}") from error
    return True


def _matching(pattern: str) -> list[Path]:
    place = user_path(pattern)
    # Folders that exist are literal too: in "novels [old]/*.txt" only the star is a wildcard.
    base = next(parent for parent in place.parents if _exists(parent))
    rest = place.relative_to(base)
    if "**" in rest.parts:
        # A walk of our own: glob goes round and round in links that lead back up.
        matches = {
            file for file in _walk(base)[0] if _fits(file.relative_to(base).parts, rest.parts)
        }
    else:
        found = glob.glob(str(rest), root_dir=base)  # noqa: PTH207  # leaves hidden ones out
        matches = {base / match for match in found}
    files = sorted((match for match in matches if match.is_file()), key=lambda file: file.parts)
    if not files:
        raise DataError(f"dataset.path: there is no {pattern!r}, and as a pattern it fits no file")
    return files


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a path's parts fit a pattern's, in which ``**`` is any number of folders."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[n:], pattern[1:]) for n in range(len(parts))) or (
            len(pattern) == 1 and bool(parts)
        )
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _similar(missing: Path) -> str:
    """Words about a missing file's surroundings: the end of a message."""
    try:
        neighbours = sorted(neighbour.name for neighbour in missing.parent.iterdir())
    except (OSError, ValueError):  # the latter of a zero character
        return f"; its folder {str(missing.parent)!r} is not there or cannot be read"
    plain = {_plain(name): name for name in neighbours}
    close = difflib.get_close_matches(_plain(missing.name), plain, n=1)
    return f"; did you mean {str(missing.with_name(plain[close[0]]))!r}?" if close else ""


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
