"""Names in Latin letters, as their bearers spell them."""

import unicodedata

import pytest

from charlab.data.documents.sources.romanized import capitalized, transliterated


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
