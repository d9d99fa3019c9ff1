"""Files of the user: found by path, folder or pattern, read as text."""

import difflib
import glob
import os
import unicodedata
from pathlib import Path

from charlab.errors import DataError
from charlab.files import user_path

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


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
    if glob.has_magic(path):
        return _matching(path)
    raise DataError(f"dataset.path: there is no {path!r}{_similar(user_path(path))}")


def files_below(folder: Path) -> list[Path]:
    """Regular files in a folder and its subfolders, sorted by path; hidden ones are left out.

    Raises:
        DataError: if the folder or a subfolder cannot be listed, or no file is in it.
    """

    def refuse(error: OSError) -> None:
        raise DataError(f"cannot list the folder {error.filename!r}: {error.strerror}") from error

    found = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    files = sorted((file for file in found if file.is_file()), key=lambda file: file.parts)
    if not files:
        raise DataError(f"the folder {str(folder)!r} holds no file to read")
    return files


def read_text(file: Path, encoding: str, *, key: str = "dataset.encoding") -> str:
    r"""The text of a file: newlines of every system become ``\n``, a byte-order mark is dropped.

    Raises:
        DataError: if the file cannot be read, or its bytes are no text in that encoding.
    """
    try:
        if file.exists() and not (
            file.is_file() or file.is_dir()
        ):  # a pipe or a device could go on for ever
            raise DataError(f"{str(file)!r} is not a regular file")
        data = file.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {str(file)!r}: {error.strerror}") from error
    return decode_text(data, encoding, repr(str(file)), key=key)


def label_of(file: Path) -> str:
    """The label of a file's documents: its name without the ending, composed (NFC).

    Some file systems hand out decomposed names; a label must not depend on where a file lay.
    """
    return unicodedata.normalize("NFC", file.stem)


def empty(file: Path) -> DataError:
    """The error about a file without any text."""
    return DataError(f"{str(file)!r} is empty: there is no text in it to learn from")


def _exists(place: Path) -> bool:
    try:
        return place.exists()
    except OSError as error:  # a name too long, a folder that may not be entered
        raise DataError(f"cannot read {str(place)!r}: {error.strerror}") from error


def _matching(pattern: str) -> list[Path]:
    place = user_path(pattern)
    # Folders that exist are literal too: in "novels [old]/*.txt" only the star is a wildcard.
    base = next(parent for parent in place.parents if _exists(parent))
    rest = str(place.relative_to(base))
    found = glob.glob(rest, root_dir=base, recursive=True)  # noqa: PTH207  # leaves hidden ones out
    matches = {base / match for match in found}
    files = sorted((match for match in matches if match.is_file()), key=lambda file: file.parts)
    if not files:
        raise DataError(f"dataset.path: there is no {pattern!r}, and as a pattern it fits no file")
    return files


def _similar(missing: Path) -> str:
    """Words about a missing file's surroundings: the end of a message."""
    try:
        neighbours = sorted(neighbour.name for neighbour in missing.parent.iterdir())
    except OSError:
        return f"; its folder {str(missing.parent)!r} is not there or cannot be read"
    plain = {_plain(name): name for name in neighbours}
    close = difflib.get_close_matches(_plain(missing.name), plain, n=1)
    return f"; did you mean {str(missing.with_name(plain[close[0]]))!r}?" if close else ""


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def decode_text(data: bytes, encoding: str, name: str, *, key: str = "dataset.encoding") -> str:
    r"""Bytes as text: newlines of every system become ``\n``, a byte-order mark is dropped.

    Args:
        data: the bytes.
        encoding: a name that Python's codecs know.
        name: what the bytes are, for messages.
        key: the setting that chooses the encoding, for messages.

    Raises:
        DataError: if the bytes are no text in that encoding; says where, and how to choose another.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        where = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise DataError(
            f"{name} is not {encoding} text: {where}; {_advice(data, encoding, key)}"
        ) from error
    except UnicodeError as error:  # codecs with rules of their own say no offset
        raise DataError(f"{name} is not {encoding} text: {error}") from error
    except (LookupError, ValueError) as error:
        raise DataError(
            f"unknown encoding {encoding!r}: {key} is a name such as utf-8, latin-1, cp1252 or "
            "utf-16"
        ) from error
    if (position := text.find("\0")) >= 0:  # no text has it; UTF-16 read as something else does
        raise DataError(
            f"{name} is no plain text (a zero character at position {position}): leave it out, or "
            f"choose its encoding ({key}=utf-16)"
        )
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _advice(data: bytes, encoding: str, key: str) -> str:
    if data.startswith(UTF16_MARKS):
        other = "utf-16"
    elif "utf" in encoding.lower():
        other = "latin-1"
    else:
        other = "utf-8"
    if b"\0" in data and other != "utf-16":
        return "it looks like a binary file: leave it out"
    return f"choose the encoding that it was written in ({key}={other})"
