"""The words of ``train.py``'s command line, before Hydra's grammar sees them."""

import os
import re
from collections.abc import Iterable, Sequence

from charlab.config.check import free_text_keys
from charlab.config.schema import RunOptions
from charlab.config.sweep_schema import SweepOptions

# A search that stands for a setting, an element of a choice, and where a search begins in a mapping
_FUNCTION = re.compile(r"(choice|glob|range|interval|shuffle|sort|tag)\((.*)\)", re.DOTALL)
_ELEMENT = re.compile(r"""\s*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^,]+)\s*(?=,|$)""")
_SEARCH = re.compile(r":\s*((?:choice|glob|range|interval|shuffle|sort|tag|int|float|str|bool)\()")
_WORD = re.compile(r"(?P<sign>\+{0,2})(?P<key>[A-Za-z_][\w.]*)=(?P<value>.*)", re.DOTALL)


def protect(words: Iterable[str], *, sweeps: bool = False) -> list[str]:
    """Quotes the values of free text, so that a path or a name reaches the config unharmed.

    Hydra's grammar refuses or changes spaces, quotes, commas, ``=`` and most scripts; OmegaConf
    takes ``${`` for an interpolation. Other words pass as they are.

    Args:
        words: the command line's.
        sweeps: whether ``choice(…)`` and paths with commas between are several values, as with
            ``-m``; a file of that very name is one all the same.
    """
    keys = _free_text_keys()
    protected, words = [], list(words)
    sweeps = sweeps or bool({"-m", "--multirun", "hydra.mode=MULTIRUN"} & set(words))
    for word in words:
        match = _WORD.fullmatch(word)
        if match and match["key"] in keys and match["value"] != "null":
            value = match["value"]
            if match["key"] == "output_dir":
                value = os.path.expanduser(value)  # noqa: PTH111  # Hydra's own folder for a grid lies below it too
            several = _several(match["key"], value) if sweeps else None
            word = f"{match['sign']}{match['key']}={several or quote(value)}"
        elif match and match["key"] == "sweep.space":
            word = f"++sweep.space={_quote_searches(match['value'])}"  # further keys are no slips
        protected.append(word)
    return protected


def _several(key: str, value: str) -> str | None:
    """Several texts for a setting, in Hydra's grammar; None if the value is a single one."""
    if not key.startswith("dataset.") or os.path.lexists(os.path.expanduser(value)):  # noqa: PTH111
        return None
    function = _FUNCTION.fullmatch(value)
    if function is None:
        parts = value.split(",")
        are_paths = key.endswith("path") and len(parts) > 1
        is_there = are_paths and any(os.path.lexists(os.path.expanduser(p)) for p in parts)  # noqa: PTH111
        return ",".join(quote(part) for part in parts) if is_there else None
    if function[1] != "choice":
        return value
    parts = [part.strip() for part in _ELEMENT.findall(function[2])]
    plain = [part if part == "null" or part[:1] in ("'", '"') else quote(part) for part in parts]
    return f"choice({','.join(plain)})"


def _quote_searches(text: str) -> str:
    """The searches in ``sweep.space={key: choice(…)}`` as texts, which Hydra lets pass."""
    pieces, at = [], 0
    for found in _SEARCH.finditer(text):
        if found.start() < at:
            continue
        depth, end = 1, found.end()
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        pieces += [text[at : found.start(1)], quote(text[found.start(1) : end])]
        at = end
    return "".join([*pieces, text[at:]])


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
