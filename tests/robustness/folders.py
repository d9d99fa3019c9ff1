"""Folders, archives and lone files of names and texts, beside what is in them."""

import bz2
import gzip
import lzma
import random
import re
import unicodedata
import zipfile
from pathlib import Path

from tests.robustness import texts
from tests.robustness.tables import Data, Row

BYTES = [
    b"", b"\n", b"   \n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff\x00a\x00b", b"\xff\xfea\x00b\x00",
    b"abc\xff\n" * 40, b"a\0b" * 30, b"\xed\xa0\x80 surrogate " * 9, b"\xc3", b"a" * 400,
    "é".encode() * 200, "e\u0301x ".encode() * 90, b"\x1b[31mred\x1b[0m plain\r\n" * 20,
    b"one line without an end", b"\r".join([b"mac"] * 50), "\u2028".join("abcd" * 30).encode(),
    b"\x1f\x8b\x08\x00broken", b"PK\x03\x04broken", b"BZh9broken", b"\xfd7zXZ\0broken", b"PAR1xx",
    "naïve café\n".encode("latin-1") * 20, "naïve\n".encode("utf-16") * 3, b"\x80\x81\x82" * 50,
]  # fmt: skip
ALL = "abcdefghijklmnopqrstuvwxyz 0123456789"  # so that no part has a letter that training lacks


def names(chance: random.Random, folder: Path) -> Data:
    """One ``<Language>.txt`` per language, a name a line: a folder, packed, in a zip, or a pattern."""
    rows: list[Row] = []
    files: dict[str, bytes] = {}
    for label in chance.sample(
        ["Irish", "Čeština", "日本語", "a b", "x.y", "O'Z"], chance.randint(2, 4)
    ):
        written = unicodedata.normalize(chance.choice(["NFC", "NFD"]), label)
        lines = [_line(chance) for _ in range(chance.randint(1, 6))]
        text = chance.choice(["\n", "\r\n", "\r"]).join([*lines, "end"])
        mark = chance.choice(["", "", "\ufeff"])
        files[f"{written}.{chance.choice(['txt', 'txt', 'TXT'])}"] = (mark + text).encode()
        found = [name for line in re.split("\r\n|\r|\n", text) if (name := line.strip())]
        label = unicodedata.normalize("NFC", label)
        rows += [(unicodedata.normalize("NFC", name), label) for name in found]
    form = chance.choice(
        ["folder", "folder", "zip", "packed", "pattern", "beside another", "hidden"]
    )
    place = folder / chance.choice(["names", "mes noms", "имена"])
    if form == "packed":
        files = _packed(chance, files)
    lying = tuple(files)
    if form == "beside another":
        other = chance.choice(["eng-fra.txt", "README.md", "sub/More.txt", "x.csv", "a.jpg"])
        files = {f"names/{name}": data for name, data in files.items()}
        files[other] = b"other\nlines\n"
        lying = (*lying, other)
    if form == "hidden":
        files[chance.choice([".hidden.txt", "__MACOSX/._Irish.txt", ".git/x.txt"])] = b"no\n"
    path = _write(place, files, form)
    expected = rows if form != "beside another" else None
    return Data(f"names, {form}", "names", path, {}, expected, lying)


def _line(chance: random.Random) -> str:
    line = texts.text(chance, long=False).encode(errors="replace").decode()
    return re.sub("[\r\n\ufeff]", "", line) + chance.choice(["", "", " ", "\t"])


def labelled_folders(chance: random.Random, folder: Path) -> Data:
    """Texts in folders that stand for labels, with what lies about in such folders."""
    files: dict[str, bytes] = {}
    rows: list[Row] = []
    form = chance.choice(["flat", "numbered", "with README", "parts", "val parts", "deeper"])
    tops = {"parts": ["train", "test"], "val parts": ["train", "valid", "test"]}.get(form, [""])
    for top in tops:
        for label in ("pos", "neg"):
            for n in range(1 if form == "flat" else chance.randint(1, 3)):
                text = f"{ALL} {''.join(chance.choices(ALL, k=8))} {label} {top} {n} " * 3
                name = f"{label}.txt" if form == "flat" else f"{label}/{n}.txt"
                deep = f"{chance.choice('ab')}/" if form == "deeper" else ""
                files[f"{top}/{deep}{name}".lstrip("/")] = text.encode()
                rows.append((text, label))
    if form == "with README":
        files["README.txt"] = b"about these files, which is no text of theirs"
    if form == "deeper":
        rows = []
    packing = chance.choice(["folder", "zip"])
    path = _write(folder / "texts", files, packing)
    expected = rows if rows and form != "with README" else None
    kind = f"texts in folders, {form}, {packing}"
    return Data(kind, "text", path, {}, expected, tuple(files))


def odd_bytes(chance: random.Random, folder: Path) -> Data:
    """One file of bytes that may be no text at all, under a name that may be no name."""
    data = chance.choice(BYTES)
    if chance.random() < 0.3:
        data += bytes(chance.randrange(256) for _ in range(chance.randint(1, 80)))
    if chance.random() < 0.3:
        cut = chance.randrange(len(data) + 1)
        data = chance.choice([gzip.compress, bz2.compress, lzma.compress])(data)[cut:]
    odd = texts.writable(chance).encode(errors="replace").decode()
    odd = odd[:40].replace("\n", "_").strip(".") or "x"
    ending = chance.choice(["", ".txt", ".gz", ".zip", ".csv", ".jsonl", ".parquet", ".xz", ".tsv"])
    path = folder / f"{odd}{ending}"
    path.write_bytes(data)
    source = chance.choice(["text", "names", "table"])
    encoding = chance.choice(["utf-8", "utf-8", "latin-1", "utf-16", "nonsense", "utf-7", "idna"])
    return Data(
        f"odd bytes in {ending or 'a file'}", source, str(path), {"encoding": encoding}, None
    )


def _packed(chance: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    ways = [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
    packed = {}
    for name, data in files.items():
        ending, pack = chance.choice(ways)
        packed[name + ending] = pack(data)
    return packed


def _write(place: Path, files: dict[str, bytes], form: str) -> str:
    if form == "zip":
        archive = place.with_name(place.name + ".zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in files.items():
                zipped.writestr(f"outer/{name}", data)
        return str(archive)
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return str(place / "*.[tT][xX][tT]") if form == "pattern" else str(place)
