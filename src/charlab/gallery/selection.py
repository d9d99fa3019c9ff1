"""Choosing pictures by their names."""

from collections.abc import Iterable, Sequence

from charlab.errors import ConfigError, nearest
from charlab.figures.picture import Picture

ALL = "all"


def chosen(pictures: Iterable[Picture], names: Sequence[str]) -> list[Picture]:
    """Those that are asked for, in the gallery's order.

    Args:
        pictures: what there is.
        names: what is asked for; "all" is everything.

    Raises:
        ConfigError: a line for each name that no picture has.
    """
    there = list(pictures)
    if ALL in names:
        return there
    known = [picture.name for picture in there]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(
            *(
                f"pictures={name}: no such picture of this run; {nearest(name, known)}"
                for name in unknown
            )
        )
    return [picture for picture in there if picture.name in names]
