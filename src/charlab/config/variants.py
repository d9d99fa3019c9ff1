"""Several values of a setting on one command line: ``temperature=0.3,0.7 label=Italian,Polish``.

Free text keeps its commas: only settings that say so take several values. Where one holds a comma
itself, it stands in quotes; a path that is there, to the letter, is one value.
"""

import dataclasses
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from charlab.config.cli_args import SEVERAL, parse_arguments
from charlab.system.files import user_path

T = TypeVar("T")

_PART = re.compile(
    r"""\s*(?:'(?P<a>(?:\\.|[^'\\])*)'|"(?P<b>(?:\\.|[^"\\])*)"|(?P<plain>[^,]*?))\s*(?:,|$)""",
    re.DOTALL,
)


def split_commas(listed: str) -> Iterator[tuple[str, bool]]:
    """The parts between commas, and whether each stood in quotes, which are taken off."""
    place = 0
    while place <= len(listed) and (match := _PART.match(listed, place)):
        quoted = match["a"] if match["b"] is None else match["b"]
        if quoted is None:
            yield match["plain"], False
        else:
            yield re.sub(r"\\(['\"])", r"\1", quoted), True
        place = match.end() + (match[0][-1:] != ",")


@dataclass(frozen=True)
class Axis:
    """A setting with several values.

    Attributes:
        key: as it is typed.
        values: each once, in the order they are typed.
        typed: all of them as one value.
    """

    key: str
    values: tuple[str, ...]
    typed: str


@dataclass(frozen=True)
class Variants(Generic[T]):
    """A command's options in every combination of the values of its axes.

    Attributes:
        schema: the options, whose fields are made by :func:`charlab.config.cli_args.argument`.
        words: settings with one value.
        axes: those with several.
    """

    schema: type[T]
    words: tuple[str, ...]
    axes: tuple[Axis, ...]

    def __iter__(self) -> Iterator[tuple[dict[str, str], T]]:
        """Each combination: the axes' values and the options; the last axis varies first.

        Raises:
            ConfigError: if a word cannot be read.
        """
        for values in itertools.product(*(axis.values for axis in self.axes)):
            chosen = dict(zip((axis.key for axis in self.axes), values, strict=True))
            words = [f"{key}={value}" for key, value in chosen.items()]
            yield chosen, parse_arguments(self.schema, [*self.words, *words])

    def with_one(self, axis: Axis) -> "Variants[T]":
        """The same with an axis's words taken as one value, to the letter."""
        rest = tuple(other for other in self.axes if other != axis)
        return Variants(self.schema, (*self.words, f"{axis.key}={axis.typed}"), rest)


def read_variants(schema: type[T], arguments: Sequence[str]) -> Variants[T]:
    """Finds the settings with several values; the last word of a key counts."""
    given: Any = schema  # a dataclass
    able = {field.name for field in dataclasses.fields(given) if field.metadata[SEVERAL]}
    words: list[str] = []
    axes: dict[str, Axis] = {}
    for word in arguments:
        key, _, typed = word.partition("=")
        axes.pop(key, None)
        if key in able and "," in typed and not (key == "run" and _is_there(typed)):
            parts = tuple(dict.fromkeys(part for part, _ in split_commas(typed)))
            if len(parts) > 1:
                axes[key] = Axis(key, parts, typed)
                continue
            word = f"{key}={parts[0]}"
        words.append(word)
    return Variants(schema, tuple(words), tuple(axes.values()))


def _is_there(path: str) -> bool:
    return os.path.lexists(user_path(path))
