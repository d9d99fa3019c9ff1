"""Texts side by side on a terminal: as many columns as its width holds, the rest below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

_NARROW = 20  # cells: no column of running text is narrower, where the terminal is not
_BETWEEN = 3  # cells of a line and its blanks


@dataclass(frozen=True)
class TextRow:
    """A row of texts, one for each column.

    Attributes:
        head: what the row has in common; "" where there is one row.
        texts: as they are shown, with styles and line breaks.
    """

    head: str
    texts: Sequence[Text]


def side_by_side(
    corner: str, heads: Sequence[str], rows: Sequence[TextRow], width: int
) -> Iterator[Table]:
    """Tables of at most ``width`` cells, each with some of the columns.

    Texts are wrapped in their columns. Cells are what a terminal gives a character: two for East
    Asian ones, none for combining marks.

    Args:
        corner: above the rows' heads; "" where there is one row.
        heads: above each column.
        rows: the texts.
        width: of the terminal.
    """
    natural = [
        max(_width(Text(head)), *(_width(row.texts[i]) for row in rows))
        for i, head in enumerate(heads)
    ]
    first = _BETWEEN + max(_width(Text(text)) for text in (corner, *(r.head for r in rows)))
    space = max(_NARROW, width - (first if corner else 0))
    for band in _bands([min(each, _NARROW) for each in natural], space):
        yield _table(corner, [(heads[i], natural[i]) for i in band], band, rows, space)


def _width(text: Text) -> int:
    return max((cell_len(line) for line in text.plain.expandtabs().split("\n")), default=0)


def _bands(least: Sequence[int], space: int) -> Iterator[range]:
    """Runs of columns that fit beside each other."""
    begin, taken = 0, 0
    for i, each in enumerate(least):
        taken += each + _BETWEEN
        if taken - _BETWEEN > space and i > begin:
            yield range(begin, i)
            begin, taken = i, each + _BETWEEN
    yield range(begin, len(least))


def _table(
    corner: str,
    columns: Sequence[tuple[str, int]],
    band: range,
    rows: Sequence[TextRow],
    space: int,
) -> Table:
    table = Table(box=box.MINIMAL, pad_edge=False, show_edge=False, show_lines=len(rows) > 1)
    if corner:
        table.add_column(Text(corner), no_wrap=True)
    widths = _shared([natural for _, natural in columns], space - _BETWEEN * (len(columns) - 1))
    for (head, _), each in zip(columns, widths, strict=True):
        table.add_column(Text(head), width=each, overflow="fold")
    for row in rows:
        cells = [row.texts[i] for i in band]
        table.add_row(*([Text(row.head)] if corner else []), *cells)
    return table


def _shared(natural: Sequence[int], space: int) -> list[int]:
    """Widths of columns: what each needs, or an equal share of what those with less leave."""
    widths = [0] * len(natural)
    left = sorted(range(len(natural)), key=lambda i: natural[i])
    for place, i in enumerate(left):
        widths[i] = max(1, min(natural[i], space // (len(left) - place)))
        space -= widths[i]
    return widths
