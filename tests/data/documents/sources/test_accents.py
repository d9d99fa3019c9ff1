"""Names without their accents, against the letters' names in Unicode."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.documents.document import Document
from charlab.data.documents.sources import Request, read_source
from charlab.data.documents.sources.accents import without_accents
from charlab.errors import DataError

ACCENTED = re.compile("LATIN (CAPITAL|SMALL) LETTER ([A-Z]) WITH .*")
LATIN = range(0x80, 0x2000)  # all blocks of letters with accents, from Latin-1 on


def read(path: Path) -> list[Document]:
    return [d for d in read_source("accents", Request(str(path))) if isinstance(d, Document)]


def test_a_letter_becomes_the_one_that_its_name_says() -> None:
    found = {}
    for letter in map(chr, LATIN):
        said = ACCENTED.fullmatch(unicodedata.name(letter, ""))
        plain = without_accents(letter)
        if said and plain is not None:
            expected = said[2] if said[1] == "CAPITAL" else said[2].lower()
            found[letter] = (plain, expected)
    assert len(found) > 400
    assert {letter: pair for letter, pair in found.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Łódź", "Lodz"),
        ("Đặng Thị", "Dang Thi"),
        ("Ərdoğan Kırıkkale", "Erdogan Kirikkale"),
        ("Ɗankwambo", "Dankwambo"),
        ("Ó Briain", "O Briain"),
        ("O'Neill", "O'Neill"),
        ("", ""),
        ("Strauß", None),  # two letters would take its place
        ("Ægir", None),
        ("Иванов", None),
        ("Łukasz 王", None),
        ("n\u0308", None),  # no single character has both
    ],
)
def test_what_has_no_form_in_ascii_of_the_same_length_is_none(name: str, plain: str | None) -> None:
    assert without_accents(name) == plain


@given(
    st.text(st.characters(max_codepoint=0x1FFF, exclude_categories=["Cs"]) | st.sampled_from("Łéa"))
)
def test_a_name_keeps_its_length_in_whatever_form_it_is_spelt(name: str) -> None:
    plain = without_accents(name)
    for form in ("NFC", "NFD"):
        assert without_accents(unicodedata.normalize(form, name)) == plain
    if plain is not None:
        assert plain.isascii()
        assert len(plain) == len(unicodedata.normalize("NFC", name))
        assert without_accents(plain) == plain


def test_each_character_is_tagged_with_the_one_that_has_its_accent(tmp_path: Path) -> None:
    for language, names in {
        "Dutch": "Jan\nPiet",  # writes no accents here: nothing to learn
        "German": "Jürgen\nStrauß",
        "Polish": "Zo\u0301łw\nJan",  # decomposed
        "Russian": "Иван\nЙордан",
    }.items():
        (tmp_path / f"{language}.txt").write_text(names, "utf-8")
    assert read(tmp_path) == [
        Document("Jurgen", "German", tags=list("Jürgen")),
        Document("Zolw", "Polish", tags=list("Zółw")),
        Document("Jan", "Polish", tags=list("Jan")),
    ]


def test_names_without_labels_are_one_language(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Ana\nJosé\nИван\n", "utf-8")
    assert read(tmp_path / "names.txt") == [
        Document("Ana", tags=list("Ana")),
        Document("Jose", tags=list("José")),
    ]


def test_names_without_accents_teach_none(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Ana\nИван\n", "utf-8")
    with pytest.raises(DataError, match="no name in Latin script has an accent"):
        read(tmp_path / "names.txt")
