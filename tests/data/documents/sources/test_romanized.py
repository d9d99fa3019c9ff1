import unicodedata

import pytest

from charlab.data.documents.document import Document
from charlab.data.documents.sources import Request, read_source
from charlab.data.documents.sources.faker_names import clean_name
from charlab.data.documents.sources.locales import LANGUAGES, ROMANIZED
from charlab.data.documents.sources.romanized import TRANSLITERATED, capitalized, transliterated


@pytest.fixture(scope="module")
def remarks() -> list[str]:
    return []


@pytest.fixture(scope="module")
def names(remarks) -> list[Document]:
    """Those that join."""
    own = list(read_source("names", Request()))
    both = list(read_source("names", Request(romanized=True, remark=remarks.append)))
    assert both[: len(own)] == own
    return both[len(own) :]


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Nakamura", "Japanese"),
        ("Tanaka", "Japanese"),
        ("Zhang", "Chinese"),
        ("Chia-hao", "Chinese"),
        ("Kim", "Korean"),
        ("Ivanov", "Russian"),
        ("Shevchenko", "Ukrainian"),
        ("Papadopoulos", "Greek"),
        ("Benali", "Arabic"),
        ("Nguyen", "Vietnamese"),
        ("Siripaiboo", "Thai"),
    ],
)
def test_what_people_type_first_is_there(names, name, language):
    assert Document(name, language) in names


def test_whole_names_are_in_the_usual_order(names):
    whole: dict[str, set[str]] = {}
    for document in names:
        if " " in document.text:
            whole.setdefault(document.label or "", set()).add(document.text)
    assert {"Japanese", "Chinese", "Korean", "Vietnamese"} <= set(whole)
    given_first = {name.split()[0] for name in whole["Japanese"]}
    assert "Akira" in given_first
    assert "Tanaka" not in given_first
    assert {name.split()[0] for name in whole["Korean"]} & {"Kim", "Park", "Lee"}


def test_they_are_names_in_latin_letters_each_once(names):
    assert len(set(names)) == len(names) > 9_000
    for document in names:
        assert clean_name(document.text) == document.text
        letters = [c for c in document.text if c.isalpha()]
        assert all(unicodedata.name(c).startswith("LATIN") for c in letters), document


def test_the_remark_says_which_a_library_transliterated(names, remarks):
    listed = sum(document.label in ROMANIZED for document in names)
    assert remarks[0] == f"romanized: {listed:,} names that Faker lists ({', '.join(ROMANIZED)})"
    assert remarks[1].startswith(f"transliterated: {len(names) - listed:,} by AnyAscii (Armenian, ")
    assert not set(ROMANIZED) & set(TRANSLITERATED)
    assert {*ROMANIZED, *TRANSLITERATED} <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        # As the bearers, or encyclopedias in English, spell them.
        ("Russian", "Достоевский", ["Dostoyevsky"]),
        ("Russian", "Ельцин", ["Yeltsin"]),
        ("Russian", "Горбачёв", ["Gorbachev"]),
        ("Russian", "Лаврентьев", ["Lavrentyev"]),
        ("Ukrainian", "Григоренко", ["Hryhorenko"]),
        ("Ukrainian", "Демʼяненко", ["Demyanenko"]),
        ("Ukrainian", "Сергій", ["Serhiy"]),
        ("Bulgarian", "Димитър", ["Dimitar"]),
        ("Bulgarian", "Христо", ["Hristo"]),
        ("Macedonian", "Ѓорѓи", ["Gjorgji"]),
        ("Greek", "Παπαδόπουλος", ["Papadopoulos"]),
        ("Greek", "Ευάγγελος", ["Evangelos"]),
        ("Greek", "Χρήστος", ["Christos"]),
        ("Greek", "Ευθύμιος", ["Efthymios"]),
        ("Armenian", "Հովհաննիսյան", ["Hovhannisyan"]),
        ("Armenian", "Ռուբեն", ["Ruben"]),
        ("Georgian", "ჭავჭავაძე", ["Chavchavadze"]),
        ("Korean", "이", ["Lee"]),
        ("Korean", "지성", ["Ji-sung", "Jiseong"]),
        ("Korean", "보람", ["Bo-ram", "Boram"]),
        ("Korean", "숙", ["Sook"]),
        ("Korean", "승", ["Seung"]),
        ("Vietnamese", "Nguyễn", ["Nguyen"]),
        ("Vietnamese", "Đặng", ["Dang"]),
    ],
)
def test_names_are_spelt_as_usual(language, name, expected):
    for form in ("NFC", "NFC" if language == "Korean" else "NFD"):
        assert list(transliterated(language, [unicodedata.normalize(form, name)])) == expected


def test_each_word_has_a_capital():
    assert capitalized("CHIA-HAO") == "Chia-hao"
    assert capitalized("van DEN berg") == "Van Den Berg"
