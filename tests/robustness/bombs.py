"""Small files that say that they are large, and files that would run code or touch others."""

import gzip
import io
import pickle
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

MEGABYTE = 2**20


def zip_bomb(path: Path, member: str, size: int, declared: int | None = None) -> None:
    """A zip archive of one member that unpacks to ``size`` zero bytes and may say less."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)  # it stands alone
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    data, name = block * (size // MEGABYTE) + end, member.encode()
    said = size if declared is None else declared
    sizes = struct.pack("<III", 0, len(data) & 0xFFFFFFFF, said & 0xFFFFFFFF)
    fixed = struct.pack("<HHHHH", 20, 0, 8, 0, 0)
    local = b"PK\3\4" + fixed + sizes + struct.pack("<HH", len(name), 0) + name
    central = b"PK\1\2" + struct.pack("<H", 20) + fixed + sizes
    central += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(data), 0)
    path.write_bytes(local + data + central + end)


def gzip_bomb(path: Path, size: int) -> None:
    """A gzip file of members, each of zero bytes, so many in all."""
    path.write_bytes(gzip.compress(bytes(16 * MEGABYTE)) * (size // (16 * MEGABYTE)))


def replace_member(path: Path, ending: str, data: bytes, method: int = zipfile.ZIP_STORED) -> None:
    """Another content for the members of an archive whose names end so."""
    source = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", method) as new:
        for info in old.infolist():
            new.writestr(info.filename, data if info.filename.endswith(ending) else old.read(info))


def add_again(path: Path) -> None:
    """A second member of a name that an archive has."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(archive.namelist()[0], b"again")


class _Touch:
    """Pickled, it makes a file where it is unpickled by a careless reader."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def code(path: Path) -> bytes:
    """A pickle that makes a file."""
    return pickle.dumps({"charlab_format": 2, "network": _Touch(path)}, protocol=2)


_ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
TEXTS: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "text": b'"x"',
    "digits": b"1" * 6000,
    "deep JSON": b"[" * 100_000,
    "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "alias bomb": _ALIASES.encode(),
    "a list that holds itself": b"&a [*a]",
    "a tag that runs code": b"!!python/object/apply:os.system ['touch outside/ran']",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "surrogate": b'{"status": "\\ud800", "val/loss": "\\udc80"}',
    "control characters": b'{"status": "\\u001b[31m\\u0007", "\\u001b]0;x\\u0007/loss": 1.0}',
    "not finite": b'{"val/loss": NaN, "test/loss": Infinity, "status": "completed"}',
    "wrong types": b'{"val/loss": "x", "test/loss": [1], "status": 3, "model/parameters": {}}',
    "far too large": b'{"val/loss": 1e308, "test/loss": -1e308, "model/parameters": 1e300}',
    "zero bytes": bytes(300),
    "one long line": b"a" * 3_000_000,
}
