"""Rules for single settings: what each takes, and how it is worded."""

import pytest

from charlab.config.constraints import (
    Rule,
    above,
    at_least,
    between,
    each,
    folder_name,
    fraction_below_one,
    one_of,
    place,
)


@pytest.mark.parametrize(
    ("rule", "text", "taken", "refused"),
    [
        (at_least(1), "at least 1", [1, 2.5], [0.9, -1]),
        (above(0), "above 0", [1e-9, 3], [0, -1]),
        (between(0, 1), "from 0 to 1", [0, 0.5, 1], [-0.1, 1.1]),
        (fraction_below_one(), "at least 0 and below 1", [0, 0.99], [1, -0.1]),
        (each(at_least(1)), "at least 1, each", [(1, 2), ()], [(1, 0)]),
        (one_of("a", "b"), "one of a, b", ["a"], ["c", ""]),
        (place(), "a path in UTF-8, not empty", ["a/ü", "~"], ["", " ", "caf\udce9"]),
        (folder_name(), "a folder's name (in UTF-8, no slash, not empty)", ["a b", "Größe", "a.b"],
         ["", ".", "..", "a/b", "a\\b", "a\0", "caf\udce9"]),
    ],
)  # fmt: skip
def test_rules(rule: Rule, text: str, taken: list[object], refused: list[object]) -> None:
    assert rule.text == text
    assert all(rule.holds(value) for value in taken)
    assert not any(rule.holds(value) for value in refused)
