"""The words of ``train.py``'s command line, before Hydra's grammar sees them."""

import os
import re
from collections.abc import Iterable, Sequence

from charlab.config.fields import free_text_keys
from charlab.config.hydra_settings import OPEN_GROUPS
from charlab.config.schema import RunOptions
from charlab.config.sweep_schema import SweepOptions
from charlab.config.targets import KEY
from charlab.config.variants import split_commas
from charlab.errors import ConfigError
from charlab.system.files import user_path

# A search that stands for a setting, an element of a choice, and where a search begins in a mapping
_FUNCTION = re.compile(r"(choice|glob|range|interval|shuffle|sort|tag)\((.*)\)", re.DOTALL)
_SEARCH = re.compile(r":\s*((?:choice|glob|range|interval|shuffle|sort|tag|int|float|str|bool)\()")
_WORD = re.compile(r"(?P<sign>\+{0,2})(?P<key>[A-Za-z_][\w.]*)=(?P<value>.*)", re.DOTALL)


def protect(arguments: Iterable[str], *, grid: bool = False) -> list[str]:
    """Quotes the values of free text, so that a path or a name reaches the config unharmed.

    Hydra's grammar refuses or changes spaces, quotes, commas, ``=`` and most scripts; OmegaConf
    takes ``${`` for an interpolation. Other words pass as they are.

    Args:
        grid: whether several values may make several runs: ``dataset.path=a,b``, each in quotes
            where it holds a comma, or ``choice(a,b)``, and the same of ``init=``. What is there
            by the whole name is one.
    """
    keys = _free_text_keys()
    protected = []
    for word in _with_targets(list(arguments)):
        if word.startswith("init="):  # as it is typed; the group's other settings stay
            word = f"init.run={word.removeprefix('init=')}"
        match = _WORD.fullmatch(word)
        if match and match["key"] in keys and match["value"] != "null":
            value = match["value"]
            if match["key"] == "output_dir":
                value = os.path.expanduser(value)  # noqa: PTH111  # Hydra's own folder for a grid lies below it too
            may_be_several = grid and match["key"].startswith(("dataset.", "init."))
            text = (_several(value) if may_be_several else None) or quote(value)
            word = f"{match['sign']}{match['key']}={text}"
        elif match and match["key"] == "sweep.space":
            word = f"++sweep.space={_quote_searches(match['value'])}"  # further keys are no slips
        protected.append(word)
    return protected


def _with_targets(arguments: list[str]) -> list[str]:
    """Lets a ``_target_`` take the place of the chosen optimizer or scheduler, whose settings go.

    ``scheduler={_target_: CLASS, …}``, which Hydra refuses for a group, is written out.
    """
    words = [part for word in arguments for part in _written_out(word)]
    for group in OPEN_GROUPS[:2]:
        is_chosen = any(word.startswith((f"{group}=", f"~{group}")) for word in words)
        if not is_chosen and any(word.startswith(f"{group}.{KEY}=") for word in words):
            words.insert(0, f"~{group}")
    return words


def _written_out(word: str) -> list[str]:
    """``group={key: value}`` as ``group.key=value``, of a group with open keys."""
    match = _WORD.fullmatch(word)
    if not match or match["key"] not in OPEN_GROUPS or not match["value"].startswith("{"):
        return [word]
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import Override

    try:
        override = OverridesParser.create().parse_override(word)
    except Exception:  # whatever is wrong with it, Hydra says it where errors are worded
        return [word]
    group, value = match["key"], override._value  # in which quoted words are quoted still
    if override.is_sweep_override() or not isinstance(value, dict):
        raise ConfigError(
            f"{group}={{…}} is one group: several are searched by their parts, as in "
            f"{group}.{KEY}=A,B"
        )
    return [
        f"{group}.{key}={Override._get_value_element_as_str(item)}" for key, item in value.items()
    ]


def _several(value: str) -> str | None:
    """Several values in Hydra's syntax; None if it is one, to the letter."""
    if os.path.lexists(user_path(value)):
        return None
    function = _FUNCTION.fullmatch(value.strip())
    if function is not None and function[1] != "choice":
        return value
    if function is None and "," not in value:
        return None
    listed = value if function is None else function[2]
    parts = [
        part if part == "null" and not quoted else quote(part)
        for part, quoted in split_commas(listed)
    ]
    return f"choice({','.join(parts)})" if function else ",".join(parts)


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

    override = OverridesParser.create().parse_override(word)
    if override.is_sweep_override():
        return word
    value = str(override.value())
    literal = re.sub(r"(\\+)\$\{", lambda m: m[1][: len(m[1]) // 2] + "${", value)
    return f"{match['sign']}{match['key']}={literal}"


def _free_text_keys() -> set[str]:
    return {*free_text_keys(RunOptions), *free_text_keys(SweepOptions, "sweep.")}


def take_out(arguments: Sequence[str], key: str) -> tuple[str | None, list[str]]:
    """Separates ``key=value`` from the other words; the last one counts. Nothing is parsed."""
    value, rest = None, []
    for word in arguments:
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
