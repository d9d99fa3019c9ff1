"""Rows of a table as lines of a file."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from charlab.system.style import visible

# How a formula begins in a spreadsheet; the wide signs count in East Asian ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_line(cells: Sequence[object], form: str) -> str:
    """A row as "tsv", its control characters escaped, or as CSV; None is an empty cell."""
    if form == "tsv":
        return "\t".join("" if cell is None else visible(cell) for cell in cells) + "\n"
    return csv_text([cells], end="\n")


def csv_text(rows: Iterable[Sequence[Any]], end: str = "\r\n") -> str:
    """Rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets a ``'``."""
    lines = []
    for row in rows:
        line = io.StringIO(newline="")
        # By itself it quotes what holds a character of its line's end: here a lone \r, too.
        csv.writer(line, lineterminator="\r\n").writerow(map(_harmless, row))
        lines.append(line.getvalue().removesuffix("\r\n") + end)
    return "".join(lines)


def _harmless(cell: Any) -> Any:
    formula = isinstance(cell, str) and cell.startswith(_FORMULA)
    return f"'{cell}" if formula else cell
