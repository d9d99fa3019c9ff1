"""Tags against the definition, place by place."""

from collections import Counter

import pytest

from charlab.data.documents.sources import Request, copying, read_source
from charlab.errors import ConfigError


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(copying, "DOCUMENTS", 50)


@pytest.mark.parametrize("distance", [1, 2, 31, 32, 33, 64])
def test_each_tag_is_the_character_so_many_places_before(distance):
    documents = list(read_source("copying", Request(distance=distance)))
    assert len({document.text for document in documents}) == 50
    for text, _, _, _, tags, _ in documents:
        assert len(text) == len(tags) == distance + 32
        for place in range(len(text)):
            before = place - distance
            assert tags[place] == (text[before] if before >= 0 else None)


def test_letters_are_even_so_that_nothing_but_memory_tells_them():
    documents = list(read_source("copying", Request(distance=10)))
    counts = Counter("".join(document.text for document in documents))
    assert set(counts) == set("abcdefgh")
    # 2,100 letters: 262.5 each, standard deviation 15.2
    assert all(abs(count - 2_100 / 8) < 5 * 15.2 for count in counts.values())


def test_a_distance_is_needed():
    with pytest.raises(ConfigError, match=r"^dataset\.distance: dataset=copying needs it"):
        read_source("copying", Request())
