"""Ways to damage or forge the files of a run, a sweep, a checkpoint's content, or data."""

import json
import os
import random
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from tests.robustness import bombs

GIGABYTE = 2**30
Forge = Callable[[random.Random, Path, Path], str]
"""Takes chance, a file and a place outside of the run; damages the file and says how."""


def bytes_of(chance: random.Random, path: Path, outside: Path) -> str:
    """Truncates, flips, repeats or fills with zeros."""
    data = bytearray(path.read_bytes())
    kind = chance.choice(["truncated", "flipped", "repeated", "zeroed", "grown"])
    place = chance.randrange(len(data) + 1)
    if kind == "truncated":
        del data[place:]
    elif kind == "flipped":
        for _ in range(min(len(data), chance.choice([1, 5, 100]))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif kind == "repeated":
        data += data[place:]
    elif kind == "zeroed":
        data[place : place + 4096] = bytes(len(data[place : place + 4096]))
    else:
        data += chance.randbytes(500)
    _fresh(path).write_bytes(data)
    return kind


def text_of(chance: random.Random, path: Path, outside: Path) -> str:
    """Writes something else than the JSON, YAML or log that is expected."""
    kind = chance.choice(sorted(bombs.TEXTS))
    _fresh(path).write_bytes(bombs.TEXTS[kind])
    return kind


def node_of(chance: random.Random, path: Path, outside: Path) -> str:
    """Puts something in the place of a file that is no file, or lies elsewhere."""
    links = {"zero device": "/dev/zero", "itself": path.name, "broken link": "nowhere"}
    links["link outside"] = str(outside)
    kind = chance.choice(["missing", "folder", "FIFO", "huge", *links])
    _fresh(path)
    if kind == "folder":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(2**40)  # without any blocks
    elif kind in links:
        path.symlink_to(links[kind])
    return kind


def archive_of(chance: random.Random, path: Path, outside: Path) -> str:
    """Forges the zip archive that a checkpoint is."""
    ran = outside.with_name("ran")
    kinds: dict[str, Callable[[], object]] = {
        "bomb": lambda: bombs.zip_bomb(path, "archive/data.pkl", 6 * GIGABYTE),
        "lying bomb": lambda: bombs.zip_bomb(path, "archive/data.pkl", 3 * GIGABYTE, 1000),
        "packed pickle": lambda: bombs.replace_member(
            path, "data.pkl", bytes(GIGABYTE // 2), zipfile.ZIP_DEFLATED
        ),
        "code": lambda: bombs.replace_member(path, "data.pkl", bombs.code(ran)),
        "bare pickle": lambda: path.write_bytes(bombs.code(ran)),
        "twice": lambda: bombs.add_again(path),
    }
    kind = chance.choice(list(kinds))
    kinds[kind]()
    return kind


def data_of(chance: random.Random, folder: Path) -> tuple[Path, str]:
    """A data file that is no ordinary one; where it is and what it is."""
    ending = chance.choice([".zip", ".gz", ".csv", ".jsonl", ".parquet", ".txt", ".tsv"])
    path = folder / f"data{ending}"
    if ending == ".zip":
        inner = chance.choice(["a.txt", "../../outside/made.txt", "/made.txt", "a.csv", "a.zip"])
        declared = chance.choice([None, 1000])
        bombs.zip_bomb(path, inner, chance.choice([1, 3]) * GIGABYTE, declared)
        return path, f"zip bomb, {inner}"
    if ending == ".gz":
        bombs.gzip_bomb(path, 3 * GIGABYTE)
        return path, "gzip bomb"
    if chance.random() < 0.5:
        kind = node_of(chance, path, folder / "outside" / "canary")
        if kind == "huge":  # data may be of any size, and are read
            os.truncate(path, 2**24)
        return path, f"{ending} {kind}"
    odd = [b"\0" * 10**7, b'"' + b"a" * 10**7, b"," * 10**6, b"a,b\n" + b'"\n' * 10**5]
    path.write_bytes(chance.choice([*odd, *bombs.TEXTS.values()]))
    return path, f"odd {ending}"


def content_of(chance: random.Random, path: Path, outside: Path) -> str:
    """Changes one value, or a few, in a checkpoint that is whole otherwise."""
    data = torch.load(path, weights_only=True)
    changes = [_change(chance, data) for _ in range(chance.choice([1, 1, 3]))]
    torch.save(data, _fresh(path))
    return f"content, {changes[0]}" if len(changes) == 1 else "content, several changes"


def exported_of(chance: random.Random, path: Path, outside: Path) -> str:
    """Forges a file of safetensors: the length of its header, the header, what tensors are said."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    text, numbers = data[8 : 8 + length], data[8 + length :]
    header = json.loads(text)
    entry = header["__metadata__"]
    if chance.random() < 0.3:
        content = json.loads(entry["charlab"])
        kind = _change(chance, content, [key for key in content if content[key]])
        try:
            entry["charlab"] = json.dumps(content)
        except (TypeError, ValueError, RecursionError):  # of a tensor, and of what is too deep
            entry["charlab"], kind = "[" * 10**5, "JSON that is deep"
        return _exported(path, json.dumps(header).encode(), numbers, kind)
    name = chance.choice([key for key in header if key != "__metadata__"])
    tensor = header[name]
    whole: dict[str, Any] = {
        "another shape": {"shape": [*tensor["shape"], 1]},
        "a shape of 2**80": {"shape": [2**40, 2**40]},
        "a negative shape": {"shape": [-1]},
        "another dtype": {"dtype": chance.choice(["I64", "BOOL", "F64", "F8_E4M3", "X9", None])},
        "numbers far away": {"data_offsets": [0, 2**62]},
        "numbers twice": {"data_offsets": [0, 4]},
        "no place": {"data_offsets": []},
    }
    odd = {
        "no JSON": b"{" + chance.randbytes(500),
        "a header of nothing": b"{}",
        "deep": b'{"a":' * 10**5,
        "large": b'{"a":"' + b"a" * 10**7 + b'"}',
        "no words": b'{"__metadata__":{"charlab":3}}',
        "other words": b'{"__metadata__":{"format":"pt"}}',
    }
    lengths = {"length 0": 0, "length 2**63": 2**63, "length 2**27": 2**27, "length 9": 9}
    kind = chance.choice(["a tensor less", *whole, *odd, *lengths])
    if kind in lengths:
        _fresh(path).write_bytes(struct.pack("<Q", lengths[kind]) + data[8:])
        return kind
    if kind in whole:
        header[name] = {**tensor, **whole[kind]}
    elif kind == "a tensor less":
        del header[name]
    return _exported(path, odd.get(kind) or json.dumps(header).encode(), numbers, kind)


def _exported(path: Path, header: bytes, numbers: bytes, kind: str) -> str:
    _fresh(path).write_bytes(struct.pack("<Q", len(header)) + header + numbers)
    return kind


def _change(chance: random.Random, data: dict[str, Any], keys: Sequence[str] = ()) -> str:
    """Walks into nested data at random and replaces what is there."""
    holder: Any = data
    key: Any = chance.choice(keys or ["training", "training", "network", *data])
    trail = [key]
    while True:
        value = holder[key]
        inner = list(value) if isinstance(value, dict) else []
        if isinstance(value, list):
            inner = list(range(len(value)))
        if not inner or (len(trail) > 1 and chance.random() < 0.1):
            break
        holder, key = value, chance.choice(inner)
        trail.append(key if isinstance(key, str) else "N")
    if chance.random() < 0.1 and isinstance(holder, dict):
        del holder[key]
        return f"{'.'.join(trail[:2])}: a key less"
    kind, holder[key] = (_tensor if torch.is_tensor(value) else _plain)(chance, value)
    return f"{'.'.join(trail[:2])}: {kind}"


def _tensor(chance: random.Random, value: torch.Tensor) -> tuple[str, Any]:
    forms: dict[str, Callable[[], Any]] = {
        "another shape": lambda: torch.zeros([*value.shape, 2]),
        "empty": lambda: torch.zeros(0),
        "float64": lambda: value.double(),
        "complex": lambda: value.to(torch.complex64),
        "bool": lambda: value.bool(),
        "NaN": lambda: torch.full_like(value.float(), float("nan")),
        "infinite": lambda: torch.full_like(value.float(), float("inf")),
        "negative": lambda: -value.float().abs() - 1,
        "stride 0": lambda: torch.zeros(1).expand(value.shape or (1,)),
        "stride 0, a terabyte": lambda: torch.zeros(1).expand(10**6, 10**6),
        "sparse": lambda: value.float().to_sparse(),
        "meta": lambda: torch.zeros(value.shape, device="meta"),
        "a number": lambda: 1.0,
        "None": lambda: None,
    }
    kind = chance.choice(sorted(forms))
    return kind, forms[kind]()


def _plain(chance: random.Random, value: Any) -> tuple[str, Any]:
    deep: list[Any] = []
    for _ in range(chance.choice([50, 300])):
        deep = [deep]
    odd: list[Any] = [None, True, -1, 0, 10**18, 10**400, 1.5, float("nan"), float("inf"), "", "x"]
    odd += ["\ud800", "a" * 10**6, [], {}, [[1]], {"a": 1}, deep, torch.zeros(3), b"x", (1, 2)]
    chosen = chance.choice([*odd, "\0", "\x1b[31m"])
    return f"{type(value).__name__} becomes {type(chosen).__name__}", chosen


def database_of(chance: random.Random, path: Path, outside: Path) -> str:
    """Changes the content of a study's database."""
    with sqlite3.connect(path) as study:
        tables = study.execute("select name from sqlite_master where type='table'").fetchall()
        (table,) = chance.choice(tables)
        column = chance.choice(study.execute(f"pragma table_info({table})").fetchall())[1]
        values = {"null": None, "text": "\x1b[31mx", "huge": 10**18, "json": '{"a": ["\\ud800"]}'}
        kind = chance.choice(["dropped", "emptied", *values])
        try:
            if kind in values:
                study.execute(f"update {table} set {column} = ?", [values[kind]])
            else:
                study.execute(f"{'drop table' if kind == 'dropped' else 'delete from'} {table}")
        except sqlite3.Error:
            return "untouched"
    return f"{table}: {kind}"


def _fresh(path: Path) -> Path:
    """The path with nothing there."""
    path.unlink(missing_ok=True)
    return path
