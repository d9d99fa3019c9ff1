"""How ``--help`` looks: what is typed on the left, what it means on the right."""

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable

SETTINGS = 32  # columns for a setting and its default
_MEANING = 20  # columns at least for what a setting means
_NARROW, _WIDE = 60, 100


def headed(title: str, rows: Iterable[tuple[str, str]], left: int | None = None) -> list[str]:
    """A title and rows below it."""
    return [*textwrap.wrap(title, _width(), subsequent_indent="  "), *in_two_columns(rows, left)]


def in_two_columns(rows: Iterable[tuple[str, str]], left: int | None = None) -> list[str]:
    """Rows of what is typed and what it means, in the terminal's width.

    Args:
        left: columns for what is typed; what is longer has its meaning below it. By itself as
            many as the longest needs, where that leaves room for the meanings.
    """
    rows = [(f"  {typed}", meaning) for typed, meaning in rows]
    longest = max((len(typed) for typed, _ in rows), default=0)
    left = left or min(longest + 2, _width() - _MEANING)
    lines: list[str] = []
    for typed, meaning in rows:
        wrapped = textwrap.wrap(
            meaning, _width() - left, break_long_words=False, break_on_hyphens=False
        )
        if len(typed) + 2 > left and wrapped:
            lines.append(typed)
            typed = ""
        lines.append(f"{typed:<{left}}{wrapped[0] if wrapped else ''}".rstrip())
        lines += [" " * left + line for line in wrapped[1:]]
    return lines


def show_help(text: str) -> None:
    """Prints it, in a terminal with headings and what is typed in colour."""
    if not sys.stdout.isatty():  # and rich is not worth its import
        print(text)
        return
    from charlab.system.style import line, styled
    from charlab.system.terminal import show

    for row in text.splitlines():
        typed = re.match(r"  (python|charlab) .*?(?=  |$)|  [^\s=:]+[=:]", row)
        if typed is None:
            show(styled(row, "heading") if row and not row.startswith(" ") else row)
        else:
            first = styled(typed[0], "command" if typed[1] else "value")
            show(line(first, row[typed.end() :]))


def _width() -> int:
    return min(max(shutil.get_terminal_size().columns, _NARROW), _WIDE)
