"""What a network gives: rankings, and lists where several are asked for."""

from collections import Counter
from pathlib import Path

import pytest

from charlab.api import Ranking
from charlab.api.results import listed
from charlab.data.queries import Unseen
from charlab.errors import ConfigError


def test_a_ranking_shows_its_first_labels_on_one_line() -> None:
    pairs = [("a\n\x1b[2J", 0.5), ("b", 0.25), ("c", 0.125), ("d", 0.125)]
    ranking = Ranking(pairs, Unseen(Counter(), 4))
    assert repr(ranking) == "<a\\n\\x1b[2J 0.500, b 0.250, c 0.125, … (4 labels)>"
    assert repr(Ranking(pairs[1:2], ranking.unseen)) == "<b 0.250>"


def test_several_may_be_anything_that_holds_them() -> None:
    for given in (["a", "b"], ("a", "b"), (text for text in "ab"), {"a": 1, "b": 2}):
        assert listed("tag", "texts", given) == ["a", "b"]
    assert listed("tag", "texts", []) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("it's", r"^tag takes a list of texts: tag\(\[\"it's\", …\]\)$"),
        (Path("a"), r"^tag takes a list of texts: tag\(\[PosixPath\('a'\), …\]\)$"),
        (None, "^tag takes a list of texts, got None$"),
        (10**99, "^tag takes a list of texts, got 10{59}$"),
    ],
)
def test_one_for_several_is_one_line(given: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        listed("tag", "texts", given, more=", …")
