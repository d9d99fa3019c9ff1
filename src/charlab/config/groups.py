"""The groups of a configuration, by the files that are their choices."""

from collections.abc import Iterable
from pathlib import Path

_INTERNAL = {"hydra", "shared"}  # folders of what is composed by others, not by the user


def find_groups(folders: Iterable[Path]) -> list[tuple[str, list[str]]]:
    """The groups that a user may choose from, with their choices, both sorted."""
    groups: dict[str, set[str]] = {}
    for folder in folders:
        for path in folder.rglob("*.yaml"):
            place = path.relative_to(folder).parent
            if place.parts and place.parts[0] not in _INTERNAL:
                groups.setdefault(place.as_posix(), set()).add(path.stem)
    return [(group, sorted(choices)) for group, choices in sorted(groups.items())]
