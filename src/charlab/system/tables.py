"""Tables that fit a screen: no column is narrower than what it holds.

Where a table is too wide, names lose their group, then stand in several lines; then what may go
goes; then settings are folded into lines below their row, as they are typed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

_BETWEEN, _INDENT = "  ", "    "


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: its head ("model.hidden_size").
        cells: a text for each row; "" where it has none.
        to_right: whether they stand to the right, as numbers do.
        may_fold: whether it may stand below its row as ``name=cell``.
        may_go: whether it may be left out.
    """

    name: str
    cells: Sequence[str]
    to_right: bool = True
    may_fold: bool = False
    may_go: bool = False


@dataclass(frozen=True)
class Layout:
    """A table's lines, none wider than the screen.

    Attributes:
        head: the names of its columns.
        rows: for each row its line, and those of what is folded below it.
    """

    head: list[str]
    rows: list[list[str]]

    @property
    def lines(self) -> list[str]:
        """All lines."""
        return [*self.head, *(line for row in self.rows for line in row)]


def lay_out(columns: Sequence[Column], width: int) -> Layout:
    """The best table that fits a width in columns of the screen."""
    staying = [column for column in columns if not column.may_go]
    for shown, heads in (
        (columns, [[column.name] for column in columns]),
        (columns, [[name] for name in _short(columns)]),
        (columns, _stacked(columns, width)),
        (staying, _stacked(staying, width)),
    ):
        if _total(_widths(shown, heads)) <= width:
            return Layout(_head(shown, heads), _rows(shown, heads))
    kept = [column for column in staying if not column.may_fold]
    if _total(_widths(kept, _stacked(kept, width))) > width:
        kept = kept[:1]
    below = [column for column in staying if column not in kept]
    heads = _stacked(kept, width)
    rows = _rows(kept, heads)
    for number, row in enumerate(rows):
        pairs = (f"{column.name}={cell}" for column in below if (cell := column.cells[number]))
        row += _packed(pairs, width)
    return Layout(_head(kept, heads), rows)


def _short(columns: Sequence[Column]) -> list[str]:
    """Names without their group, where that leaves no two the same."""
    last = [column.name.rpartition(".")[2] for column in columns]
    often = Counter(last)
    return [
        name if often[name] == 1 else column.name
        for name, column in zip(last, columns, strict=True)
    ]


def _stacked(columns: Sequence[Column], width: int) -> list[list[str]]:
    """Short names, in as many lines as their parts where there is no room for them in one."""
    short = _short(columns)
    stacks = [_in_lines(name, column) for name, column in zip(short, columns, strict=True)]
    for number, name in enumerate(short):
        wider = [*stacks[:number], [name], *stacks[number + 1 :]]
        if _total(_widths(columns, wider)) <= width:
            stacks = wider
    return stacks


def _in_lines(name: str, column: Column) -> list[str]:
    """A name in lines that are not wider than the cells below, as far as it has parts."""
    parts = re.findall(r"[^_/.]*[_/.]?", name)
    room = max(map(cell_len, [*parts, *column.cells]))
    lines = [""]
    for part in parts:
        if lines[-1] and cell_len(lines[-1] + part) > room:
            lines.append("")
        lines[-1] += part
    return lines


def _widths(columns: Sequence[Column], heads: Sequence[Sequence[str]]) -> list[int]:
    pairs = zip(columns, heads, strict=True)
    return [max(map(cell_len, [*head, *column.cells])) for column, head in pairs]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_BETWEEN) * max(0, len(widths) - 1)


def _head(columns: Sequence[Column], heads: Sequence[Sequence[str]]) -> list[str]:
    height = max(map(len, heads))
    full = [["", *[""] * (height - len(head) - 1), *head][-height:] for head in heads]
    widths = _widths(columns, heads)
    return [_line(columns, widths, [head[n] for head in full]) for n in range(height)]


def _rows(columns: Sequence[Column], heads: Sequence[Sequence[str]]) -> list[list[str]]:
    widths = _widths(columns, heads)
    return [
        [_line(columns, widths, list(cells))]
        for cells in zip(*(column.cells for column in columns), strict=True)
    ]


def _line(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]) -> str:
    padded = []
    for column, width, cell in zip(columns, widths, cells, strict=True):
        room = " " * (width - cell_len(cell))
        padded.append(room + cell if column.to_right else cell + room)
    return _BETWEEN.join(padded).rstrip()


def _packed(pieces: Iterable[str], width: int) -> list[str]:
    """Pieces in lines, each whole where it fits one."""
    room = max(1, width - len(_INDENT))
    lines: list[str] = []
    for piece in pieces:
        if lines and cell_len(lines[-1] + _BETWEEN + piece) <= room:
            lines[-1] += _BETWEEN + piece
        else:
            lines += chop_cells(piece, room)
    return [_INDENT + line for line in lines]
