"""What tokens are called where they stand alone: beside a picture's rows, in a table."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from matplotlib.axes import Axes
from rich.cells import cell_len

from charlab.figures.fonts import outline
from charlab.system.terminal import visible

_LONGEST = 24  # characters of a name
_CELL_LETTERS = 12
_NAMED = {"": "end", " ": "space", "\n": "newline", "\t": "tab", "\r": "carriage return"}
_SIGNS = {" ": "␣", "\n": "↵", "\t": "⇥"}  # in longer tokens
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that leave no mark
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def token_names(tokens: Sequence[str]) -> list[str]:
    """A readable name for each token.

    White space, invisible and combining characters are called by their names; a letter that looks
    like another one here, or like an ASCII letter where there are some, by its script as well.
    """
    names = [token_name(token) for token in tokens]
    alike = defaultdict(set)
    shown = {token for token, name in zip(tokens, names, strict=True) if token == name}
    shown |= set(_LETTERS) if shown & set(_LETTERS) else set()
    for token in shown:
        if len(token) == 1 and (shape := outline(token)):
            alike[shape].add(token)
    confused = {token for group in alike.values() if len(group) > 1 for token in group}
    return [
        f"{name} {_origin(token)}" if token in confused and not token.isascii() else name
        for token, name in zip(tokens, names, strict=True)
    ]


def token_name(token: str) -> str:
    """A token as it can be seen; "" is the mark at the end."""
    if token in _NAMED:
        text = _NAMED[token]
    elif len(token) != 1:
        text = visible("".join(_SIGNS.get(c, c) for c in token))
    elif unicodedata.category(token)[0] in "ZC" or token in _BLANK:
        text = unicodedata.name(token, f"U+{ord(token):04X}")
        text = text if text.startswith("U+") else text.lower()
    elif unicodedata.category(token)[0] == "M":
        _, _, name = unicodedata.name(token, f"U+ {ord(token):04X}").partition(" ")
        text = f"\u25cc{token} {name.lower()}"  # on a dotted circle
    else:
        text = token
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def name_rows_and_columns(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Writes names beside a map's rows and above its columns; only letters stand upright there."""
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(rows)), rows, fontsize=7, parse_math=False)
    axes.set_xticks(range(len(columns)), columns, fontsize=7, parse_math=False)
    for label in axes.get_xticklabels():
        label.set_rotation(90 if cell_len(label.get_text()) > 2 else 0)


def _origin(token: str) -> str:
    """The script of a letter ("Cyrillic"), the number of another sign."""
    word = unicodedata.name(token, "").split(" ")[0].capitalize()
    return word if token.isalpha() and word != "Latin" else f"U+{ord(token):04X}"


def cell_name(token: str) -> str:
    """A token as it stands in a small cell: white space as a sign, a few letters of a long one."""
    if token == "":
        return "⊣"
    if len(token) == 1 and unicodedata.category(token)[0] == "M":
        return f"\u25cc{token}"
    text = visible("".join(_SIGNS.get(c, c) for c in token))
    return text if len(text) <= _CELL_LETTERS else f"{text[: _CELL_LETTERS - 1]}…"
