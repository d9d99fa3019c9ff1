"""Data files of a user's, beside what is in them: a reader reads that, or refuses in one line."""

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import re
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.robustness import texts

Row = tuple[str, str | None]
CODECS = [
    ("utf-8", ""), ("utf-8", ""), ("utf-8", "utf-8"), ("utf-8-sig", ""), ("utf-16", ""),
    ("utf-16-le", "utf-16-le"), ("latin-1", ""), ("cp1252", "cp1252"), ("gb18030", "gb18030"),
]  # fmt: skip
BYTES = [
    b"", b"\n", b"   \n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfea\0b\0", b"a\0b" * 30, b"\xc3",
    b"abc\xff\n" * 40, b"\xed\xa0\x80 surrogate " * 9, b"a" * 400, "e\u0301x ".encode() * 90,
    b"\x1b[31mred\x1b[0m\r\n" * 20, b"\r".join([b"mac"] * 50), "\u2028".join("abcd" * 30).encode(),
    b"\x1f\x8b\x08\0broken", b"PK\x03\x04broken", b"BZh9broken", b"\xfd7zXZ\0broken", b"PAR1xx",
    "naïve café\n".encode("latin-1") * 20, "naïve\n".encode("utf-16") * 3, b"\x80\x81\x82" * 50,
]  # fmt: skip
PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress
}  # fmt: skip
FORMS: list[Literal["NFC", "NFD"]] = ["NFC", "NFC", "NFD"]


class Data(NamedTuple):
    """Files, and the texts and labels in them as NFC; None: to be read somehow or refused."""

    kind: str
    source: str
    path: str
    settings: dict[str, Any]
    rows: list[Row] | None = None


def table(chance: random.Random, folder: Path) -> Data:
    """A table of a few rows, with a label or without, in any dialect and encoding."""
    labels = chance.choice([["pos", "neg"], ["é", "ab"], ["1", "2"], ["b c", "日本"]])
    rows = [(_cell(chance), chance.choice(labels)) for _ in range(chance.randint(3, 9))]
    if chance.random() < 0.2:
        return _json_lines(chance, folder, rows)
    delimiter, end = chance.choice(",,;\t|"), chance.choice(["\n", "\n", "\r\n", "\r"])
    header, labelled = chance.random() < 0.75, chance.random() < 0.6
    names = [
        chance.choice(["text", "text", "my text", "a,b", "é", '"q"']),
        chance.choice(["x;y", "kind"]),
    ]
    form = chance.choice(FORMS)
    cells = [[text, unicodedata.normalize(form, label)] for text, label in rows]
    order = [0, 1][:: chance.choice([1, -1])] if labelled else [0]
    lines = [[line[n] for n in order] for line in ([names] if header else []) + cells]
    bare = any(
        c in cell for line in lines for cell in line for c in "\r\n"
    )  # Python leaves some so
    quoting: Literal[0, 1] = csv.QUOTE_ALL if bare or chance.random() < 0.5 else csv.QUOTE_MINIMAL
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(lines)
    said = f"sep={delimiter}{end}" if chance.random() < 0.08 else ""
    path = folder / f"{chance.choice(['t', 'ö x', 'a=b', 'T'])}.csv"
    settings = _encoded(chance, path, said + stream.getvalue() + chance.choice(["", end]))
    if header and (labelled or chance.random() < 0.5):
        settings |= {"text_column": names[0]} if names[0] != "text" else {}
        settings |= {"label_column": names[1]} if labelled else {}
    kind = f"{'headless ' * (not header)}table, {delimiter!r}{', sep=' * bool(said)}"
    read = _normal(rows, "label_column" in settings)
    return Data(kind, "table", str(path), settings, read)


def _cell(chance: random.Random) -> str:
    words = [texts.plain_word(chance) for _ in range(chance.randint(1, 5))]
    plain = chance.choice([" ", ", ", "; ", " |", " '"]).join(words)
    odd = texts.text(chance, long=False).encode(errors="replace").decode().strip("\ufeff")
    return odd if chance.random() < 0.4 else plain


def _normal(rows: list[tuple[str, str]], labelled: bool) -> list[Row]:
    """Rows as they are to be read: newlines of one kind, composed, without those that are blank."""
    return [
        (_nfc(re.sub("\r\n?", "\n", text)), _nfc(label) if labelled else None)
        for text, label in rows
        if text.strip()
    ]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _encoded(chance: random.Random, path: Path, text: str) -> dict[str, Any]:
    codec, told = chance.choice(CODECS)
    try:
        path.write_bytes(text.encode(codec))
    except UnicodeEncodeError:
        path.write_bytes(text.encode())
        return {}
    return {"encoding": told} if told else {}


def _json_lines(chance: random.Random, folder: Path, rows: list[tuple[str, str]]) -> Data:
    path = folder / chance.choice(["t.jsonl", "t.ndjson", "T.JSONL"])
    lines = [json.dumps({"text": t, "label": y}, ensure_ascii=t > "m") for t, y in rows]
    odd = ['{"text": 3}', "[]", "{", "null", '{"text": "\\ud800", "label": "a"}', "{" * 5000]
    odd += ['{"text": ["a"]}', '{"text": "a", "label": 1e999}', '{"a":1}', "[" * 9999]
    broken = chance.random() < 0.4
    if broken:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(odd))
    expected = None if broken else _normal(rows, labelled=True)
    path.write_text(chance.choice(["\n", "\r\n", "\n\n"]).join(lines), encoding="utf-8", newline="")
    return Data("JSON Lines", "table", str(path), {"label_column": "label"}, expected)


def names(chance: random.Random, folder: Path) -> Data:
    """One file per language, a name a line: in a folder, packed, or in a zip."""
    rows: list[Row] = []
    files: dict[str, bytes] = {}
    for label in chance.sample(["Irish", "Čeština", "日本語", "a b", "x.y", "O'Z"], 3):
        odd = [texts.text(chance, long=False) for _ in range(chance.randint(1, 6))]
        lines = [re.sub("[\r\n\ufeff]", "", line.encode(errors="replace").decode()) for line in odd]
        rows += [(_nfc(line.strip()), label) for line in [*lines, "end"] if line.strip()]
        written = unicodedata.normalize(chance.choice(FORMS), label)
        text = chance.choice(["\n", "\r\n", "\r"]).join([*lines, "end"])
        files[f"{written}.{chance.choice(['txt', 'TXT'])}"] = text.encode()
    form = chance.choice(["", ".zip", *PACKED])
    place = folder / f"{chance.choice(['names', 'mes noms', 'имена'])}"
    if form == ".zip":
        place = place.with_suffix(".zip")
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in files.items():
                zipped.writestr(f"outer/{name}", data)
    else:
        place.mkdir()
        for name, data in files.items():
            (place / (name + form)).write_bytes(PACKED[form](data) if form else data)
    return Data(f"names {form}", "names", str(place), {}, rows)


def odd_bytes(chance: random.Random, folder: Path) -> Data:
    """One file of bytes that may be no text at all, under a name that may be no name."""
    data = chance.choice(BYTES)
    if chance.random() < 0.3:
        data += chance.randbytes(chance.randint(1, 80))
    if chance.random() < 0.3:
        data = chance.choice(list(PACKED.values()))(data)[chance.randrange(len(data) + 1) :]
    odd = texts.writable(chance).encode(errors="replace").decode()[:40].replace("\n", "_")
    ending = chance.choice(["", ".txt", ".gz", ".zip", ".csv", ".jsonl", ".parquet", ".xz", ".tsv"])
    path = folder / f"{odd.strip('.') or 'x'}{ending}"
    path.write_bytes(data)
    encoding = chance.choice(["utf-8", "utf-8", "latin-1", "utf-16", "nonsense", "utf-7", "idna"])
    source = chance.choice(["text", "names", "table"])
    return Data(f"odd bytes in {ending or 'a file'}", source, str(path), {"encoding": encoding})
