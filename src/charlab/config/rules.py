"""Rules for single settings: what a dataclass field's type cannot say.

A schema field is written ``hidden_size: int = must(at_least(1))``; the rule travels in the field's
metadata and the checker reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

RULE = "rule"
CHOICE = "choice"
FREE_TEXT = "free_text"


@dataclass(frozen=True)
class Rule:
    """A condition on a value and its wording ("at least 1"). Null never reaches a rule."""

    text: str
    holds: Callable[[Any], bool]


def must(rule: Rule) -> Any:
    """A field without default that the rule has to hold for."""
    return field(metadata={RULE: rule})


def chosen_by_name(options: dict[str, type]) -> Any:
    """A nested field whose dataclass is the one that its ``name`` entry stands for."""
    return field(metadata={CHOICE: options})


def free_text() -> Any:
    """A field of the user's own words (a path, a name), to be taken literally at the doors."""
    return field(metadata={FREE_TEXT: True})


def at_least(low: float) -> Rule:
    """``low <= value``."""
    return Rule(f"at least {low:g}", lambda value: value >= low)


def above(low: float) -> Rule:
    """``low < value``."""
    return Rule(f"above {low:g}", lambda value: value > low)


def between(low: float, high: float) -> Rule:
    """``low <= value <= high``."""
    return Rule(f"from {low:g} to {high:g}", lambda value: low <= value <= high)


def fraction_below_one() -> Rule:
    """``0 <= value < 1``."""
    return Rule("at least 0 and below 1", lambda value: 0 <= value < 1)


def one_of(*choices: str) -> Rule:
    """A word out of a list."""
    return Rule(f"one of {', '.join(choices)}", lambda value: value in choices)
