import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.documents.normalize import check_steps, normalize_text
from charlab.errors import ConfigError

EVERY_CHOICE = ["none", "nfc", "nfkc", "ascii", "lower", "nfc+lower", "nfkc+lower"]
EVERY_CHOICE += ["ascii+lower", "nfc+ascii+lower", "nfkc+ascii"]

# Characters at which forms and cases interact, beside what hypothesis thinks of.
awkward = st.sampled_from("İıßẞſΣςH\u0331Å\u212b\u2126ﬁℌǅéE\u0301\u200d한각ﾊﾞ½²\t\n ")
texts = st.lists(awkward | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)


def normalized(text: str, steps: str, dropped: Counter[str] | None = None) -> str:
    return normalize_text(text, check_steps(steps), Counter() if dropped is None else dropped)


@given(text=texts, steps=st.sampled_from(EVERY_CHOICE))
def test_twice_is_as_good_as_once(text, steps):
    once, dropped = normalized(text, steps), Counter()
    assert normalized(once, steps, dropped) == once
    assert not dropped


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
    dropped: Counter[str] = Counter()
    folded = normalized("x" + text, "ascii", dropped)
    assert all(c in "\t\n" or " " <= c <= "~" for c in folded)
    # Every character is kept, a mark, or counted: by a loop over the decomposed text.
    lost: Counter[str] = Counter()
    for character in unicodedata.normalize("NFD", text):
        kept = character in "\t\n" or " " <= character <= "~"
        if not kept and unicodedata.category(character) not in ("Mn", "Mc", "Me"):
            lost[character] += 1
    assert dropped == lost


def test_ascii_folds_names_as_a_person_would():
    names = ["Ślusàrski", "O'Néàl", "Đỗ", "Çelik", "Þór"]
    dropped: Counter[str] = Counter()
    folded = [normalized(name, "ascii", dropped) for name in names]
    assert folded == ["Slusarski", "O'Neal", "o", "Celik", "or"]
    assert dropped == {"Đ": 1, "Þ": 1}


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
        check_steps(steps)
    assert "\n" not in str(error.value)
