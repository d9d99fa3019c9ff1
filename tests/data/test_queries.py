from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.sources import sources, strips
from charlab.data.queries import Asking, Unseen
from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.utf8_bytes import ByteVocabulary
from charlab.data.tokens.words import WordVocabulary
from charlab.errors import ConfigError, UnknownCharacterError

letters = CharacterVocabulary(list("abcdeé \n"))


@pytest.mark.parametrize("blank", ["", "    ", "\n\n", "\t", "\u3000"])
def test_blank_texts_stay_what_they_are(blank):
    asking = Asking("text", "nfc", letters)
    assert asking.normalize(blank) == asking.whole(blank) == blank
    assert Asking("names", "nfc", letters).normalize(blank) == blank
    assert Asking("names", "nfc", letters).whole(blank) == ""


@pytest.mark.parametrize(
    ("source", "steps", "text", "read"),
    [
        ("names", "nfc", " Rossi\u00a0\n", "Rossi"),
        ("names_tutorial", "nfc", " x ", "x"),
        ("makemore_names", "nfc", " x ", "x"),
        ("table", "nfc", " x ", " x "),
        ("text", "nfc+lower", "CAFE\u0301\r\nB\rC", "café\nb\nc"),
        ("text", "ascii+lower", "Éa日", "ea"),
    ],
)
def test_what_training_does_to_a_text_asking_does(source, steps, text, read):
    for vocabulary in (letters, ByteVocabulary()):
        assert Asking(source, steps, vocabulary).whole(text) == read


def test_the_sources_of_lines_are_those_that_strip():
    assert {name for name in sources.names() if strips(name)} == {
        "names",
        "names_tutorial",
        "makemore_names",
        "accents",
        "conllu",
        "dates",
        "pairs",
        "pronunciations",
        "pronunciations_stress",
    }


def test_a_return_that_training_saw_stays():
    assert Asking("enwik8", "none", CharacterVocabulary(["a", "\r"])).whole("a\r\na") == "a\r\na"


@pytest.mark.parametrize(
    ("vocabulary", "steps", "text", "counts", "share"),
    [
        (letters, "nfc", "abe\u0301", {}, 0),
        (letters, "nfc", "ab日日z", {"日": 2, "z": 1}, 3 / 5),
        (letters, "nfc", "\t\t", {"\t": 2}, 1),
        (letters, "ascii", "é日", {"日": 1}, 1 / 2),  # the accent is folded, the sign dropped
        (WordVocabulary(["the", " king"]), "nfc", "the king the", {" the": 1}, 1 / 3),
        (letters, "nfc", "", {}, 0),
    ],
)
def test_what_was_never_seen_is_counted(vocabulary, steps, text, counts, share):
    unseen = Asking("table", steps, vocabulary).unseen(text)
    assert unseen.counts == counts
    assert unseen.share == pytest.approx(share)
    assert bool(unseen) == bool(counts)


def test_what_was_never_seen_is_named():
    unseen = Unseen(Asking("text", "nfc", letters).unseen("zzyab").counts, 5)
    unseen.add(Asking("text", "nfc", letters).unseen("uvwxq"))
    assert str(unseen) == "80.0% ('z', 'y', 'u', 'v', 'w' and 2 more)"


def test_what_normalization_drops_is_refused_where_all_counts():
    asking = Asking("text", "ascii", letters)
    with pytest.raises(UnknownCharacterError, match=r"^prompt= .*normalize=ascii drops: '日'"):
        asking.known("a日é", "prompt=", "error")
    assert asking.known("a日é", "prompt=", "mark") == "ae"


@pytest.mark.parametrize("text", [None, 5, ["a"], b"a"])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(ConfigError, match="a text is asked for"):
        Asking("text", "nfc", letters).whole(text)


@pytest.mark.parametrize("steps", ["nfc", "ascii"])
@pytest.mark.parametrize(
    "vocabulary", [letters, ByteVocabulary(), WordVocabulary(["a", " b"])], ids=lambda v: v.unit
)
@settings(max_examples=40)
@given(st.lists(st.text("abzé日 \r\n", max_size=6), max_size=5))
def test_many_texts_are_read_as_each_alone(vocabulary, steps, texts):
    asking = Asking("names", steps, vocabulary)
    for text, (read, unseen) in zip(texts, asking.read(texts), strict=True):
        assert read == asking.whole(text)
        lost = text.count("日") if steps == "ascii" else 0
        unknown = Counter(token for _, token in vocabulary.unknown(read))
        assert unseen.counts == unknown + Counter({"日": lost})
        assert unseen.tokens == len(vocabulary.encode(read)) + lost
