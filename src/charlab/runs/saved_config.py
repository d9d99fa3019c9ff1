"""What a run's ``.hydra`` folder says, read with care: the folder may come from a stranger."""

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml  # type: ignore[import-untyped]  # OmegaConf's own

from charlab.system.files import read_bounded

_LIMIT = 256 * 2**10  # bytes; a run's configuration has two thousand
_DEPTH = 20


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # is a class
    """Reads as OmegaConf does, some ten times faster: runs may be hundreds.

    "1e-3" is a number, and "2020-01-01" a text.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:timestamp"]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_yaml(path: Path) -> Any:
    """Plain YAML as charlab writes it, without aliases, by which little text can stand for much.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is anything else.
    """
    text = read_bounded(path, _LIMIT).decode()
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > _DEPTH:
                raise ValueError("it has aliases, or lies too deep in itself")
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, OverflowError, TypeError, AttributeError, LookupError) as error:
        raise ValueError("it is damaged") from error


def read_overrides(folder: Path) -> tuple[str, ...] | None:
    """What the user typed to make a run, as Hydra's words; None if it is not known."""
    try:
        words = read_yaml(folder / ".hydra" / "overrides.yaml")
    except (OSError, ValueError):
        return None
    is_list = isinstance(words, list) and all(isinstance(word, str) for word in words)
    return tuple(words) if is_list else None
