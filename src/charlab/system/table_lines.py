"""Rows of a table as lines of a file."""

from collections.abc import Sequence

from charlab.system.files import csv_text
from charlab.system.terminal import visible


def table_line(cells: Sequence[object], form: str) -> str:
    """A row as "tsv", its control characters escaped, or as CSV; None is an empty cell."""
    if form == "tsv":
        return "\t".join("" if cell is None else visible(cell) for cell in cells) + "\n"
    return csv_text([cells], end="\n")
