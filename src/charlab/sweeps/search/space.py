"""What a sweep searches: the searches of a configuration and of a command line's words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.types import Override, Sweep, Transformer, ValueType

from charlab.config.overrides import protect
from charlab.errors import ConfigError
from charlab.sweeps.search.parameter import Parameter, parse


def read_space(
    stored: Mapping[str, str], arguments: Sequence[str], loader: ConfigLoader | None = None
) -> tuple[dict[str, Parameter], list[str]]:
    """Separates what is searched from what is fixed.

    Args:
        stored: the searches of the configuration, setting -> Hydra's syntax.
        arguments: the command line's overrides; the last one for a setting counts, and a plain
            value there takes the setting out of the search.
        loader: finds a group's choices for ``glob(…)``.

    Returns:
        The parameters by setting, and the overrides that all trials share.

    Raises:
        ConfigError: if a search cannot be read or fits no value.
    """
    space: dict[str, Parameter] = {}
    fixed: dict[str, str] = {}
    of_config = protect((f"{key}={text}" for key, text in stored.items()), grid=True)
    for word in (*of_config, *arguments):
        override = parse(word, loader)
        _require_plain_or_whole(override, word)
        key = override.get_key_element()
        bare = key.lstrip("+~")
        space.pop(bare, None)
        fixed.pop(bare, None)
        if override.is_sweep_override():
            space[bare] = Parameter(key, _canonical(override, word))
        else:
            fixed[bare] = word
    for parameter in space.values():
        parameter.distribution  # noqa: B018  (a search that fits no value is found here)
    return space, list(fixed.values())


def words_of(space: Iterable[Parameter], values: Mapping[str, Any]) -> list[str]:
    """The overrides of a trial, from the values of its parameters."""
    return [p.word(values[p.key]) for p in space if p.key in values]


def words_of_runs(arguments: Iterable[str]) -> list[str]:
    """The arguments of a command line that are not the sweep's own.

    Raises:
        ConfigError: if one of the sweep's own is a search, which Hydra would drop in silence.
    """
    runs = []
    for word in arguments:
        if not word.lstrip("+~").startswith(("sweep=", "sweep.", "sweep/")):
            runs.append(word)
        elif parse(word).is_sweep_override():
            key = word.partition("=")[0].lstrip("+")
            of_run = key.removeprefix("sweep.space.")
            hint = "" if of_run == key else f", here {of_run}=…"
            raise ConfigError(
                f"{word}: a sweep's own settings have one value each; a run's setting is searched "
                f"as KEY=choice(…){hint}"
            )
    return runs


def _require_plain_or_whole(override: Override, word: str) -> None:
    """Refuses what every trial would read otherwise, or none could."""
    value: Any = override.value()
    if override.is_sweep_override():
        if override.is_delete():
            raise ConfigError(f"{word} takes a setting out, which has no values to search")
        return
    if isinstance(value, list) and re.search(r"(=|\()\s*shuffle\(", word):
        raise ConfigError(f"{word} would be another list in every trial: write the list out")
    if any(isinstance(item, Sweep) for item in _leaves(value)):
        raise ConfigError(f"{word} searches a part of a list or group: write choice([…],[…])")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _canonical(override: Override, word: str) -> str:
    """The search as text that can be read again anywhere: the files behind a glob are choices."""
    if override.value_type != ValueType.GLOB_CHOICE_SWEEP:
        return word.partition("=")[2].strip()
    found = sorted(str(text) for text in override.sweep_iterator(Transformer.str))
    if not found:
        raise ConfigError(f"{word} finds nothing to choose from")
    return f"choice({','.join(found)})"
