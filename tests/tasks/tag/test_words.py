import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.tasks.tag.words import tagged_spans, what_is_tagged

OPTIONS = {"normalize": "nfc", "layout": "sequences", "fractions": (1.0, 0.0, 0.0)}


@pytest.mark.parametrize("unit", ["char", "byte"])
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("aé b.", "character"),
        ("XXXXX", "character"),
        ("XX XX", "character"),  # white space may go without
        (" X  X", "space"),
        (" X XX", "word"),
    ],
)
def test_what_is_tagged_is_found_in_the_data(unit, tags, expected):
    docs = [Document("aé b.", tags=[t if t.strip() else None for t in tags])] * 2
    corpus = build_corpus(docs, split_seed=0, unit=unit, fields=("tags",), **OPTIONS)
    assert what_is_tagged(corpus) == expected


def test_spans_by_hand():
    text = " Ja, so\tgeht's"
    pieces = {
        how: [text[a:b] for a, b in tagged_spans(text, how)]
        for how in ("character", "space", "word")
    }
    assert pieces["character"] == list(text)
    assert pieces["space"] == ["Ja,", "so", "geht's"]
    assert pieces["word"] == ["Ja", ",", "so", "geht", "'", "s"]


def test_characters_may_have_tags_from_some_place_on():
    docs = [Document("ab" * 10, tags=[None] * 5 + list("ab" * 7 + "a"))] * 2
    corpus = build_corpus(docs, split_seed=0, fields=("tags",), **OPTIONS)
    assert what_is_tagged(corpus) == "character"


@given(st.text("ab ,\n'é語"), st.sampled_from(["space", "word"]))
def test_spans_hold_all_but_white_space(text, tagged):
    spans = tagged_spans(text, tagged)
    assert "".join(text[a:b] for a, b in spans) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert spans == sorted(spans)
