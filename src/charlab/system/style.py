"""One look for what charlab says: a few roles, each with a style of a terminal's own palette.

Colour is a matter of the stream at the moment of writing. ``NO_COLOR`` and ``TERM=dumb`` take it
away, ``FORCE_COLOR`` gives it to a pipe; else a terminal has it and nothing else does. Texts,
labels and file names may hold what a terminal obeys: every piece of a line passes `visible`.
"""

import os
import re
import sys
from typing import Any, Literal

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from charlab.system.files import escape_bytes

Role = Literal["heading", "value", "dim", "good", "bad", "warning", "path", "command"]

THEME = Theme(
    {
        "heading": "bold",
        "value": "cyan",
        "dim": "dim",
        "good": "green",
        "bad": "bold red",
        "warning": "yellow",
        "path": "blue",
        "command": "bold cyan",
    }
)
Part = str | Text

# Controls (C0, C1), lone surrogates, line separators, and what turns the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]"
)


def visible(text: object, keep: str = "") -> str:
    r"""A text in which nothing moves a cursor, ends a line or turns the writing: ``\x1b``, ``\n``.

    Args:
        keep: characters that stay as they are, such as a newline.
    """
    text = str(text)
    if text.isprintable():  # ten times as fast; nothing that is escaped here is printable
        return text
    shown = escape_bytes(text)
    return _UNSEEN.sub(lambda m: m[0] if m[0] in keep else ascii(m[0])[1:-1], shown)


def has_colour(stream: Any) -> bool:
    """Whether a stream is to get colours."""
    if os.environ.get("NO_COLOR"):
        return False
    if forced := os.environ.get("FORCE_COLOR"):
        return forced != "0"
    return is_screen(stream)


def is_screen(stream: Any) -> bool:
    """Whether a stream is a terminal that can move its cursor, as a progress bar needs."""
    return os.environ.get("TERM") not in ("dumb", "unknown") and bool(stream.isatty())


def styled(text: object, role: Role) -> Text:
    """A piece of a line in a role; `line` puts pieces together, ``say`` and ``show`` write them."""
    return Text(visible(text), style=role)


def line(*parts: Part) -> Text:
    """A line of plain and styled pieces."""
    return Text.assemble(*(visible(p) if isinstance(p, str) else p for p in parts))


def painted(text: Part, stream: Any = None) -> str:
    """A text as a stream gets it: with the escape codes of its styles, or plain.

    Args:
        text: plain, or of `line` and `styled`.
        stream: where it goes; None: standard output as it is now.
    """
    if isinstance(text, str):
        return visible(text)
    if not has_colour(sys.stdout if stream is None else stream):
        return text.plain
    pieces = line(text).render(_PAINTER)  # which gives the whole's own style to a piece
    return "".join(p.style.render(p.text) if p.style else p.text for p in pieces)


_PAINTER = Console(theme=THEME, force_terminal=True, color_system="standard")
