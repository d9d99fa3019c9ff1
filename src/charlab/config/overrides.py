"""The words of ``train.py``'s command line, before Hydra's grammar sees them."""

import os
import re
from collections.abc import Iterable, Sequence

from charlab.config.check import free_text_keys
from charlab.config.schema import RunOptions
from charlab.config.sweep_schema import SweepOptions

_WORD = re.compile(r"(?P<sign>\+{0,2})(?P<key>[A-Za-z_][\w.]*)=(?P<value>.*)", re.DOTALL)


def protect(words: Iterable[str]) -> list[str]:
    """Quotes the values of free text, so that a path or a name reaches the config unharmed.

    Hydra's grammar refuses or changes spaces, quotes, commas, ``=`` and most scripts; OmegaConf
    takes ``${`` for an interpolation. Other words pass as they are.
    """
    keys = _free_text_keys()
    protected = []
    for word in words:
        match = _WORD.fullmatch(word)
        if match and match["key"] in keys and match["value"] != "null":
            value = match["value"]
            if match["key"] == "output_dir":
                value = os.path.expanduser(value)  # noqa: PTH111  # Hydra's own folder for a grid lies below it too
            word = f"{match['sign']}{match['key']}={quote(value)}"
        protected.append(word)
    return protected


def as_typed(word: str) -> str:
    """A word of Hydra's as it is typed on a command line: what :func:`protect` makes, undone."""
    match = _WORD.fullmatch(word)
    if not match or match["key"] not in _free_text_keys() or match["value"] == "null":
        return word
    from hydra.core.override_parser.overrides_parser import OverridesParser

    value = str(OverridesParser.create().parse_override(word).value())
    literal = re.sub(r"(\\+)\$\{", lambda m: m[1][: len(m[1]) // 2] + "${", value)
    return f"{match['sign']}{match['key']}={literal}"


def _free_text_keys() -> set[str]:
    return {*free_text_keys(RunOptions), *free_text_keys(SweepOptions, "sweep.")}


def take_out(words: Sequence[str], key: str) -> tuple[str | None, list[str]]:
    """Separates ``key=value`` from the other words; the last one counts. Nothing is parsed."""
    value, rest = None, []
    for word in words:
        if word.startswith(f"{key}="):
            value = word[len(key) + 1 :]
        else:
            rest.append(word)
    return value, rest


def quote(text: str) -> str:
    """A text as a literal of Hydra's grammar."""
    from hydra.core.override_parser.types import Quote, QuotedString

    literal = re.sub(r"(\\*)\$\{", lambda m: m[1] * 2 + "\\${", text)
    return str(QuotedString(text=literal, quote=Quote.single).with_quotes())
