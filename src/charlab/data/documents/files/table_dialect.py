"""How the fields of a CSV file are parted: found out from its first lines."""

import csv
import re
from collections.abc import Sequence
from typing import NamedTuple

NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars (|)"}  # the likeliest first
LINES = 64  # that are looked at, unless
CHARACTERS = 2**16  # they are longer

# What a column of texts is called where it is the only one and nobody says; else the first line is
# a text as well.
HEADERS = (
    "text name surname word line sentence paragraph title headline review comment message body "
    "content document description tweet post quote poem lyric string input utterance question "
    "answer prompt caption summary abstract article story"
)


class Dialect(NamedTuple):
    """How fields are parted.

    Attributes:
        delimiter: the character between fields.
        spaced: whether spaces stand between it and a quote, and are no part of the field.
        skip: lines at the beginning that are no rows.
    """

    delimiter: str
    spaced: bool
    skip: int

    def __str__(self) -> str:
        return f"fields parted by {NAMES.get(self.delimiter, repr(self.delimiter))}"


def find_dialect(lines: Sequence[str], wanted: Sequence[str]) -> Dialect:
    """The dialect of a CSV file.

    A first line ``sep=;``, as spreadsheets write it, says it. Otherwise it is the delimiter that
    gives the columns that are asked for, or else rows of one and the same number of fields; without
    any, a comma.

    Args:
        lines: the first ones, with their ends.
        wanted: columns that are asked for.
    """
    said = re.fullmatch(r'sep=([^"\n])\n?', lines[0], re.IGNORECASE) if lines else None
    delimiter = said[1] if said else max(NAMES, key=lambda sign: _fitness(lines, sign, wanted))
    outside = re.sub('"[^"]*"', '""', "".join(lines))  # what stands in quotes says nothing
    spaced = re.search(re.escape(delimiter) + ' +"', outside) is not None
    return Dialect(delimiter, spaced, 1 if said else 0)


def is_header(cell: str) -> bool:
    """Whether the first cell of a table with one column is rather its name than a text."""
    word, names = cell.strip().casefold(), HEADERS.split()
    return word in names or word.removesuffix("s") in names


def _fitness(lines: Sequence[str], delimiter: str, wanted: Sequence[str]) -> tuple[bool, float]:
    """Whether the columns asked for are there; of rows as wide as the first, how many there are."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if row]
    except csv.Error:
        return False, 0.0
    if not rows or len(rows[0]) < 2:
        return False, 0.0
    names = {name.strip() for name in rows[0]}
    body = rows[:-1] if len(rows) > 2 else rows  # the last may go on in lines not seen
    alike = sum(len(row) == len(rows[0]) for row in body) / len(body)
    return set(wanted) <= names and bool(wanted), alike
