"""How reports write numbers, times and settings."""

import math
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from charlab.evaluation.confidence import Interval
from charlab.system.words import counted as counted  # as pages write counts
from charlab.system.words import spelled

NOTHING = "–"
_READABLE = 9  # characters of a number


def is_number(value: Any) -> bool:
    """Whether it is a number that a float can be; NaN and infinity are none in JSON."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= sys.float_info.max
    )


def number(value: float | None) -> str:
    """A measured figure, to four places or four digits; thousands are set apart."""
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return str(value)
    if value == int(value) or abs(value) >= 1e4:
        return f"{value:,.0f}" if abs(value) < 1e15 else f"{value:.4g}"
    return f"{value:.4f}" if abs(value) >= 1e-2 else f"{value:.4g}"


def setting(value: Any) -> str:
    """A setting's value as a command line says it; long fractions are rounded."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(setting, value))}]"
    return spelled(value)


def brief(text: str) -> str:
    """A setting's text, its number rounded where it is too long to be read."""
    try:
        return text if len(text) <= _READABLE else f"{float(text):.4g}"
    except ValueError:
        return text


def interval(found: Interval | None) -> str:
    """ "2.0312 ± 0.0120", or the value alone where there is one, or all are the same."""
    if found is None:
        return NOTHING
    if not found.half:
        return number(found.mean)
    form = ",.0f" if abs(found.mean) >= 1e4 else ".4f" if abs(found.mean) >= 1e-2 else ".3g"
    return f"{found.mean:{form}} ± {found.half:{form}}"


def bounds(found: Interval) -> str:
    """Where an interval begins and ends: "2.0192 to 2.0432"."""
    if found.low is None or found.high is None:
        return "none (one seed)"
    return f"{number(found.low)} to {number(found.high)}"


def group_row(place: int, settings: Iterable[str], found: Interval) -> list[Any]:
    """A group of runs with its mean over seeds, for a table."""
    return [place, *settings, found.count, number(found.mean), bounds(found)]


def seconds(value: float | None) -> str:
    """A time that a person can grasp: "48 s", "3 min 05 s", "2 h 10 min"."""
    if value is None:
        return NOTHING
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def moment(value: datetime | None) -> str:
    """A time of day, to the second."""
    return NOTHING if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


def shorten(text: str, length: int = 24) -> str:
    """A text that fits beside an axis."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Settings by their last part ("optimizer.lr": "lr") where that is enough to tell them apart.

    A group's choice is called as on the command line ("model.name": "model").
    """
    last = [_last_part(name) for name in names]
    return {
        name: part if last.count(part) == 1 else name
        for name, part in zip(names, last, strict=True)
    }


def _last_part(name: str) -> str:
    return name.removesuffix(".name").rsplit(".", 1)[-1]
