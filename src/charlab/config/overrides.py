"""The words of ``train.py``'s command line, before Hydra's grammar sees them."""

import os
import re
from collections.abc import Iterable, Sequence

from charlab.config.check import free_text_keys
from charlab.config.schema import RunOptions

_WORD = re.compile(r"(?P<sign>\+{0,2})(?P<key>[A-Za-z_][\w.]*)=(?P<value>.*)", re.DOTALL)


def protect(words: Iterable[str]) -> list[str]:
    """Quotes the values of free text, so that a path or a name reaches the config unharmed.

    Hydra's grammar refuses or changes spaces, quotes, commas, ``=`` and most scripts; OmegaConf
    takes ``${`` for an interpolation. Other words pass as they are.
    """
    keys = set(free_text_keys(RunOptions))
    protected = []
    for word in words:
        match = _WORD.fullmatch(word)
        if match and match["key"] in keys and match["value"] != "null":
            value = match["value"]
            if match["key"] == "output_dir":
                value = os.path.expanduser(value)  # noqa: PTH111  # Hydra's own folder for a grid lies below it too
            word = f"{match['sign']}{match['key']}={_quote(value)}"
        protected.append(word)
    return protected


def take_out(words: Sequence[str], key: str) -> tuple[str | None, list[str]]:
    """Separates ``key=value`` from the other words; the last one counts. Nothing is parsed."""
    value, rest = None, []
    for word in words:
        if word.startswith(f"{key}="):
            value = word[len(key) + 1 :]
        else:
            rest.append(word)
    return value, rest


def _quote(text: str) -> str:
    from hydra.core.override_parser.types import Quote, QuotedString

    literal = re.sub(r"(\\*)\$\{", lambda m: m[1] * 2 + "\\${", text)
    return str(QuotedString(text=literal, quote=Quote.single).with_quotes())
