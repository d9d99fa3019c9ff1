"""Readable properties of each character of a text, by plain rules: what units may follow.

A property is told of the moment after a character was read: an opening quote is inside, a closing
one is outside. A zero character parts documents.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.vocabulary import code_points
from charlab.evaluation.reference_texts import BETWEEN

Values = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Columns = dict[str, npt.NDArray[Any]]

COUNTED = frozenset(
    {"position in text", "position in line", "position in word", "indentation", "bracket depth"}
)
"""Properties that are numbers; all others are yes or no."""

_OF_ONE_CHARACTER = frozenset(
    {"upper case", "digit", "vowel", "letter", "punctuation", "white space", "newline"}
)
_VOWELS = frozenset("aeiouаеиоуыэюяієαεηιουω")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_BRACKET = re.compile(r"[()\[\]{}]|\n(?=[ \t]*\n)|\0")
_TAB = 8  # columns
_SCRIPTS = 6  # that have a property of their own, at most

# What is quoted and what is a comment, taken from left to right as by a reader of code. A single
# quote after a letter is an apostrophe, unless the letters are those of a Python string.
_SPANS = re.compile(
    r"""
    (?P<comment> (?: (?<!\S)\# | ^[ \t]*// ) [^\n]* | /\*.*?\*/ )
  | (?P<triple> (?P<mark>\"{3}|'{3}) (?: \\. | (?!(?P=mark)). )* (?: (?P=mark) | \Z ) )
  | (?P<double> " (?: \\. | [^"\\\n] | \n(?![ \t]*\n) ){0,2000} " )
  | (?: (?<!\w) | (?<=\b[rbfuRBFU]) | (?<=\b[rbfRBF]{2}) )
    (?P<single> ' (?: \\. | [^'\\\n] )* ' (?!\w) )
  | (?P<curly> “[^”]*” | «[^»]*» | „[^“]*“ | ‘[^’\n]*’ (?!\w) )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_TRIPLE = re.compile("\"{3}|'{3}")
_SPANNED = {
    "comment": "in a comment",
    "triple": "inside triple quotes",
    "double": 'inside " "',
    "single": "inside ' '",
    "curly": "inside “ ”",
}


def family(name: str) -> str:
    """What a property is one of: those of quotes, of brackets, of labels are much alike.

    To follow one of a "character" needs no memory: it alone tells it.
    """
    if name in _OF_ONE_CHARACTER or name.endswith(" letter"):
        return "character"
    for word in ("quotes", '"', "'", "“"):
        if word in name and name.startswith("inside"):
            return "quotes"
    if "bracket" in name or name.startswith("inside"):
        return "brackets"
    return name.split(" ")[0] if name.startswith(("label ", "tag ")) else name


def properties_of(text: str) -> dict[str, Values]:
    """The properties of each character of a text, (n,) each, 0 or 1 where not `COUNTED`.

    Args:
        text: documents, a zero character between them (whose own values mean nothing).
    """
    values: Columns = {**_kinds(text), **_positions(text)}
    values |= _quotes(text)
    values |= _brackets(text, values)
    values |= _scripts(text)
    return {name: each.astype(np.float32) for name, each in values.items()}


def _table(text: str) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The distinct characters of a text, and of each position the number of its one."""
    points, places = np.unique(code_points(text), return_inverse=True)
    return [chr(point) for point in points.tolist()], places


def _kinds(text: str) -> dict[str, Flags]:
    """What kind of character each is, and whether white space comes next."""
    distinct, places = _table(text)

    def where(told: Iterator[bool]) -> Flags:
        return np.fromiter(told, np.bool_, len(distinct))[places]

    space = where(c.isspace() or c == BETWEEN for c in distinct)
    kinds = {
        "upper case": where(c.isupper() for c in distinct),
        "digit": where(c.isdigit() for c in distinct),
        "vowel": where(unicodedata.normalize("NFD", c)[0].lower() in _VOWELS for c in distinct),
        "letter": where(c.isalpha() for c in distinct),
        "punctuation": where(unicodedata.category(c)[0] in "PS" for c in distinct),
        "white space": space,
        "newline": where(c == "\n" for c in distinct),
    }
    next_space = np.append(space[1:], True)
    return {**kinds, "space to come": next_space & ~space}


def _since(ends: Flags) -> npt.NDArray[np.int64]:
    """Characters since the last end, itself at 0; before the first as if one stood at -1."""
    place = np.arange(len(ends))
    return place - np.maximum.accumulate(np.where(ends, place, -1))


def _positions(text: str) -> dict[str, npt.NDArray[np.int64]]:
    """How far each character is from the beginning of its text, line and word; indentation."""
    points = code_points(text)
    apart = points == 0
    newline = (points == ord("\n")) | apart
    distinct, places = _table(text)
    word = np.array([c.isalnum() or c == "_" for c in distinct])[places]
    in_line = _since(newline)
    blank = np.isin(points, [ord(" "), ord("\t")])
    leading = blank & (_since(~blank & ~newline) > in_line)
    width = np.cumsum(np.where(leading, np.where(points == ord("\t"), _TAB, 1), 0))
    at_newline = width[np.maximum(np.arange(len(points)) - in_line, 0)] if len(points) else width
    return {
        "position in text": _since(apart),
        "position in line": in_line,
        "position in word": _since(~word),
        "indentation": width - np.where(in_line > np.arange(len(points)), 0, at_newline),
    }


def _quotes(text: str) -> dict[str, Flags]:
    """Whether each character is in quotes, of which kind, and in a comment.

    What stands in triple quotes is rather a text of its own: it counts by itself.
    """
    found = {name: np.zeros(len(text), dtype=np.bool_) for name in _SPANNED.values()}
    begin = 0
    for document in text.split(BETWEEN):
        start = _end_of_open_quote(document)
        found[_SPANNED["triple"]][begin : begin + max(0, start - 1)] = True
        for span in _SPANS.finditer(document, start):
            kind = span.lastgroup if span.lastgroup != "mark" else "triple"
            assert kind is not None
            first, last = span.span(kind)
            closed = kind != "comment"
            found[_SPANNED[kind]][begin + first : begin + last - closed] = True
        begin += len(document) + 1
    quoted = [found[_SPANNED[kind]] for kind in ("double", "single", "curly")]
    return {"inside quotes": np.logical_or.reduce(quoted), **found}


def _end_of_open_quote(text: str) -> int:
    """Where a triple quote ends that a stretch of source begins inside of; 0: it does not.

    What closes a docstring is mostly at a line's end, what opens one is not (PEP 257).
    """
    ends = [mark.end() for mark in _TRIPLE.finditer(text)]
    at_line_end = [text[end : end + 1] in ("\n", "") for end in ends]
    if (
        sum(at_line_end[::2]) / max(1, len(ends[::2]))
        > 0.5
        > (sum(at_line_end[1::2]) / max(1, len(ends[1::2])))
    ):
        return ends[0]
    return 0


def _brackets(
    text: str, values: dict[str, npt.NDArray[np.generic]]
) -> dict[str, npt.NDArray[np.generic]]:
    """How many brackets are open, and of which kind; a blank line and an end close all of them.

    Those within a quoted line or a comment open nothing.
    """
    ignored = np.zeros(len(text), dtype=np.bool_)
    for name in ("in a comment", 'inside " "', "inside ' '"):
        ignored |= values[name].astype(np.bool_)
    steps = {opening: np.zeros(len(text), dtype=np.int32) for opening in _BRACKETS}
    stack: list[str] = []
    for found in _BRACKET.finditer(text):
        place, sign = found.start(), found[0]
        if sign in "\n\0":
            for opening in stack:
                steps[opening][place] -= 1
            stack.clear()
        elif ignored[place]:
            continue
        elif sign in _BRACKETS:
            stack.append(sign)
            steps[sign][place] += 1
        elif stack and _BRACKETS[stack[-1]] == sign:
            steps[stack.pop()][place] -= 1
    depths = {opening: np.cumsum(each) for opening, each in steps.items()}
    depth = sum(depths.values(), np.zeros(len(text), dtype=np.int64))
    kinds = {f"inside {o} {c}": depths[o] > 0 for o, c in _BRACKETS.items()}
    return {"bracket depth": depth, "inside brackets": depth > 0, **kinds}


def _scripts(text: str) -> dict[str, Flags]:
    """Which script each letter is of, for those that occur most."""
    distinct, places = _table(text)
    names = [unicodedata.name(c, "?").split()[0] if c.isalpha() else "" for c in distinct]
    counts = np.bincount(places, minlength=len(distinct))
    totals: dict[str, int] = {}
    for name, count in zip(names, counts.tolist(), strict=True):
        if name:
            totals[name] = totals.get(name, 0) + count
    if len(totals) < 2:
        return {}
    most = sorted(totals, key=lambda name: (-totals[name], name))[:_SCRIPTS]
    return {
        f"{name.capitalize()} letter": np.array([n == name for n in names])[places] for name in most
    }
