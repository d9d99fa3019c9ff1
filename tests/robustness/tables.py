"""Tables in every dialect, beside what is in them: a reader reads that, or refuses."""

import csv
import io
import json
import random
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from tests.robustness import texts

Row = tuple[str, str | None]
ENDS = ["\n", "\n", "\r\n", "\r"]
CODECS = [
    ("utf-8", ""), ("utf-8", ""), ("utf-8", "utf-8"), ("utf-8-sig", ""), ("utf-16", ""),
    ("utf-16-le", "utf-16-le"), ("utf-16", "utf-16"), ("latin-1", ""), ("cp1252", "cp1252"),
    ("utf-16-le", ""), ("gb18030", "gb18030"), ("utf-32", ""),
]  # fmt: skip


@dataclass(frozen=True)
class Data:
    """Files of a user's, and what is in them.

    Attributes:
        kind: of the files; a fault is named by it.
        source: "table", "names" or "text".
        path: what the user gives.
        settings: further settings of the dataset, by name.
        rows: every text and its label, as NFC; None: it is only to be read somehow or refused.
        names: what files lie there; whatever is not read is to be named. () where that is moot.
    """

    kind: str
    source: str
    path: str
    settings: dict[str, str | None]
    rows: list[Row] | None
    names: tuple[str, ...] = ()


def table(chance: random.Random, folder: Path) -> Data:
    """A table of a few rows, with a label or without."""
    rows = _rows(chance)
    make = chance.choices([_delimited, _json_lines, _parquet], weights=[6, 2, 1])[0]
    return make(chance, folder, rows)


def _rows(chance: random.Random) -> list[Row]:
    labels = chance.choice([["pos", "neg"], ["é", "ab"], ["1", "2"], ["b c", "日本"]])
    rows: list[Row] = []
    for _ in range(chance.randint(3, 9)):
        text = texts.text(chance, long=False) if chance.random() < 0.4 else _sentence(chance)
        text = text.encode(errors="replace").decode().strip("\ufeff")
        rows.append((text, chance.choice(labels)))
    return rows


def _sentence(chance: random.Random) -> str:
    words = [texts.plain_word(chance) for _ in range(chance.randint(1, 5))]
    return chance.choice([" ", ", ", "; ", " | ", ' "'])[0:2].join(words)


def normal(rows: list[Row]) -> list[Row]:
    """Rows as they are to be read: newlines of one kind, composed, without those that are blank."""
    kept = []
    for text, label in rows:
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
        if text.strip():
            kept.append((text, None if label is None else unicodedata.normalize("NFC", label)))
    return kept


def _delimited(chance: random.Random, folder: Path, rows: list[Row]) -> Data:
    delimiter = chance.choice([",", ",", ";", "\t", "|"])
    ending = chance.choice([".csv", ".csv", ".csv", ".tsv"] if delimiter == "\t" else [".csv"])
    header, labelled = chance.random() < 0.75, chance.random() < 0.6
    quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    if ending == ".tsv":  # there quotes are ordinary characters
        quoting = csv.QUOTE_NONE
        rows = [(" ".join(t.split()), label) for t, label in rows]
    elif any(end in text for text, _ in rows for end in "\r\n"):
        quoting = csv.QUOTE_ALL  # Python leaves a line's end bare that is not its own
    text_name = chance.choice(["text", "text", "my text", "a,b", "texte é", '"q"'])
    label_name = chance.choice(["label", "label", "x;y", "kind"])
    decomposed = chance.random() < 0.2
    table = [[t, unicodedata.normalize("NFD", y) if decomposed else y] for t, y in rows if y]
    names = [text_name, label_name]
    turned = labelled and chance.random() < 0.4
    doubled = header and chance.random() < 0.04
    if not labelled:
        table, names = [row[:1] for row in table], names[:1]
    if turned:
        table, names = [row[::-1] for row in table], names[::-1]
    if doubled:
        table, names = [[*row, "again"] for row in table], [*names, text_name]
    line_end = chance.choice(ENDS)
    stream = io.StringIO(newline="")
    escape = None if quoting != csv.QUOTE_NONE else "\\"
    writer = csv.writer(
        stream, delimiter=delimiter, quoting=quoting, lineterminator=line_end,
        quotechar=None if quoting == csv.QUOTE_NONE else '"', escapechar=escape,
    )  # fmt: skip
    if quoting == csv.QUOTE_NONE:
        lines = [delimiter.join(row) for row in ([names] if header else []) + table]
        stream.write(line_end.join(lines) + line_end)
    else:
        writer.writerows(([names] if header else []) + table)
    said = f"sep={delimiter}{line_end}" if ending == ".csv" and chance.random() < 0.08 else ""
    tail = chance.choice(["", "", line_end, line_end * 2])
    path = folder / f"{chance.choice(['t', 'ö x', 'a=b', 'T'])}{ending}"
    settings = _encode(chance, path, said + stream.getvalue() + tail)
    if header and (labelled or chance.random() < 0.5):
        settings |= {"text_column": text_name} if text_name != "text" else {}
        settings |= {"label_column": label_name} if labelled else {}
    read = normal([(t, y if "label_column" in settings else None) for t, y in rows])
    kind = f"{'headless ' * (not header)}table, {delimiter!r} in {ending}"
    kind += " with sep=" if said else ""
    if doubled:
        return Data(f"{kind}, a column's name twice", "table", str(path), settings, [])
    return Data(kind, "table", str(path), settings, read)


def _encode(chance: random.Random, path: Path, text: str) -> dict[str, str | None]:
    codec, told = chance.choice(CODECS)
    try:
        path.write_bytes(text.encode(codec))
    except UnicodeEncodeError:
        path.write_bytes(text.encode())
        return {}
    return {"encoding": told} if told else {}


def _json_lines(chance: random.Random, folder: Path, rows: list[Row]) -> Data:
    path = folder / chance.choice(["t.jsonl", "t.ndjson", "T.JSONL"])
    plain = chance.random() < 0.5
    lines = [json.dumps({"text": t, "label": y}, ensure_ascii=plain) for t, y in rows]
    expected: list[Row] | None = normal(rows)
    if chance.random() < 0.4:
        odd = ['{"text": 3}', "[]", "{", "null", '{"text": "\\ud800", "label": "a"}', "{" * 5000]
        odd += [
            '{"text": ["a"], "label": "a"}',
            '{"text": "a", "label": 1e999}',
            '{"a":1}',
            "[" * 9999,
        ]
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(odd))
        expected = None
    path.write_text(chance.choice(["\n", "\r\n", "\n\n"]).join(lines), encoding="utf-8", newline="")
    return Data("JSON Lines", "table", str(path), {"label_column": "label"}, expected)


def _parquet(chance: random.Random, folder: Path, rows: list[Row]) -> Data:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = chance.choice(["string", "large_string", "binary", "dictionary", "twice", "int"])
    columns = [pa.array([t for t, _ in rows]), pa.array([y for _, y in rows])]
    names = ["text", "label"]
    if kind == "large_string":
        columns = [column.cast(pa.large_string()) for column in columns]
    elif kind == "binary":
        columns[1] = columns[1].cast(pa.binary())
    elif kind == "dictionary":
        columns[1] = columns[1].dictionary_encode()
    elif kind == "twice":
        columns, names = [*columns, columns[0]], [*names, "text"]
    elif kind == "int":
        columns[1] = pa.array(range(len(rows)))
    path = folder / "t.parquet"
    pq.write_table(pa.Table.from_arrays(columns, names=names), path)
    expected = normal(rows) if kind not in ("twice", "int") else None
    return Data(f"Parquet, {kind}", "table", str(path), {"label_column": "label"}, expected)
