"""Rules for single settings: what a field's type cannot say.

A schema field is written ``hidden_size: Annotated[int, at_least(1)]``; the checker reads the rule.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

FREE_TEXT = "free text"
"""Marks the user's own words (a path, a name), which a command line is to take literally."""


@dataclass(frozen=True)
class Rule:
    """A condition on a value and its wording ("at least 1"). Null never reaches a rule.

    Attributes:
        choices: the values that there are, where they can be listed.
    """

    text: str
    holds: Callable[[Any], bool]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ByName:
    """Marks a nested field whose dataclass is the one that its ``name`` entry stands for.

    Attributes:
        options: the dataclasses by name.
        target: what a group with ``_target_`` in place of a name becomes; None: there is none.
    """

    options: Mapping[str, type]
    target: type | None = None


def at_least(low: float) -> Rule:
    """``low <= value``."""
    return Rule(f"at least {low:g}", lambda value: value >= low)


def above(low: float) -> Rule:
    """``low < value``."""
    return Rule(f"above {low:g}", lambda value: value > low)


def between(low: float, high: float) -> Rule:
    """``low <= value <= high``."""
    return Rule(f"from {low} to {high}", lambda value: low <= value <= high)


def fraction_below_one() -> Rule:
    """``0 <= value < 1``."""
    return Rule("at least 0 and below 1", lambda value: 0 <= value < 1)


def steps_or_share() -> Rule:
    """A whole number of steps, or a share of an epoch."""
    return Rule(
        "a whole number of steps, or a share of an epoch above 0 and below 1",
        lambda value: 0 < value < 1 or (value >= 1 and value == int(value)),
    )


def place() -> Rule:
    """A path to write to; TensorBoard and databases know names in UTF-8 alone."""
    return Rule(
        "a path in UTF-8, not empty",
        lambda value: bool(value.strip()) and not re.search("[\ud800-\udfff]", value),
    )


def folder_name() -> Rule:
    """What can name one folder in another."""
    return Rule(
        "a folder's name (in UTF-8, no slash, not empty)",
        lambda value: (
            value not in ("", ".", "..") and not re.search("[/\\\\\0\ud800-\udfff]", value)
        ),
    )


def each(rule: Rule) -> Rule:
    """The rule for every number of a list."""
    return Rule(f"{rule.text}, each", lambda values: all(rule.holds(value) for value in values))


def one_of(*choices: str) -> Rule:
    """A word out of a list."""
    return Rule(f"one of {', '.join(choices)}", lambda value: value in choices, choices)
