import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.documents.document import Document
from charlab.data.documents.normalize import check_steps, normalize_documents
from charlab.errors import ConfigError

EVERY_CHOICE = ["none", "nfc", "nfkc", "ascii", "lower", "nfc+lower", "nfkc+lower"]
EVERY_CHOICE += ["ascii+lower", "nfc+ascii+lower", "nfkc+ascii"]

# Characters at which forms and cases interact, beside what hypothesis thinks of.
awkward = st.sampled_from("İıßẞſΣςH\u0331Å\u212b\u2126ﬁℌǅéE\u0301\u200d한각ﾊﾞ½²\t\n ")
texts = st.lists(awkward | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)


def normalized(text: str, steps: str) -> str:
    docs, _ = normalize_documents([Document(text)], steps)
    return docs[0].text if docs else ""


@given(text=texts, steps=st.sampled_from(EVERY_CHOICE))
def test_twice_is_as_good_as_once(text, steps):
    once, _ = normalize_documents([Document(text)], steps)
    twice, report = normalize_documents(once, steps)
    assert twice == once
    assert not report.dropped_characters
    assert report.emptied_documents == 0


@given(text=texts, steps=st.permutations(["nfkc", "ascii", "lower"]))
def test_order_of_the_words_does_not_matter(text, steps):
    assert normalized(text, "+".join(steps)) == normalized(text, "nfkc+ascii+lower")


@given(text=texts)
def test_canonically_equal_spellings_become_one(text):
    decomposed = unicodedata.normalize("NFD", text)
    assert normalized(decomposed, "nfc") == normalized(text, "nfc")
    assert normalized(decomposed, "ascii") == normalized(text, "ascii")


@given(text=texts)
def test_ascii_keeps_printable_ascii_as_it_is_and_nothing_else(text):
    docs, report = normalize_documents([Document("x" + text)], "ascii")
    folded = docs[0].text
    assert all(c in "\t\n" or " " <= c <= "~" for c in folded)
    # Every character is kept, a mark, or counted: by a loop over the decomposed text.
    lost: Counter[str] = Counter()
    for character in unicodedata.normalize("NFD", text):
        kept = character in "\t\n" or " " <= character <= "~"
        if not kept and unicodedata.category(character) not in ("Mn", "Mc", "Me"):
            lost[character] += 1
    assert report.dropped_characters == lost


def test_ascii_folds_names_as_a_person_would():
    names = ["Ślusàrski", "O'Néàl", "Đỗ", "Çelik", "Þór"]
    docs, report = normalize_documents([Document(name, "x") for name in names], "ascii")
    assert [doc.text for doc in docs] == ["Slusarski", "O'Neal", "o", "Celik", "or"]
    assert report.dropped_characters == {"Đ": 1, "Þ": 1}


def test_emptied_documents_are_removed_and_counted_and_the_order_is_kept():
    docs = [
        Document("Ana", "b"),
        Document("佐藤", "c"),
        Document("عبد الله", "d"),
        Document("Åse", "a"),
    ]
    left, report = normalize_documents(docs, "ascii+lower")
    assert left == [Document("ana", "b"), Document("ase", "a")]
    assert report.emptied_documents == 2
    assert report.dropped_characters["佐"] == 1
    assert report.dropped_characters.total() == 2 + 7


def test_none_leaves_the_text_alone():
    text = "e\u0301 ﬁ \u212b \r\n"
    assert normalized(text, "none") == text


def test_forms_differ_where_they_should():
    assert normalized("e\u0301ﬁ", "nfc") == "éﬁ"
    assert normalized("e\u0301ﬁ", "nfkc") == "éfi"
    assert normalized("H\u0331", "nfc+lower") == "\u1e96"


@pytest.mark.parametrize("steps", EVERY_CHOICE)
def test_known_steps_pass(steps):
    assert set(check_steps(steps)) == set(steps.split("+"))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("asci", "unknown step 'asci'; did you mean 'ascii'"),
        ("ascii+Lower", "unknown step 'Lower'; did you mean 'lower'"),
        ("ascii,lower", "unknown step 'ascii,lower'"),
        ("", "unknown step ''; choose one of: none, nfc, nfkc, ascii, lower"),
        ("nfc+", "unknown step ''"),
        ("nfc+nfkc", "nfc and nfkc exclude each other"),
        ("ascii+none", "ascii and none exclude each other"),
    ],
)
def test_bad_steps_are_refused_in_one_line(steps, message):
    with pytest.raises(ConfigError, match=message) as error:
        normalize_documents([], steps)
    assert "\n" not in str(error.value)
