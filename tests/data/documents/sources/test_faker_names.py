"""The embedded names, against what Faker's locales hold and what Unicode says of letters."""

import hashlib
import importlib
import os
import re
import subprocess
import sys
import types
import unicodedata
from collections import Counter
from pathlib import Path
from typing import ClassVar, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

import charlab
from charlab.data.documents.document import Document
from charlab.data.documents.sources import faker_names
from charlab.data.documents.sources.faker_names import (
    REMARKS,
    clean_name,
    embedded_names,
    romanized_names,
)
from charlab.data.documents.sources.locales import LANGUAGES, ROMANIZED
from charlab.data.documents.sources.romanized import TRANSLITERATED


@pytest.fixture(scope="module")
def embedded() -> list[Document]:
    return embedded_names()


def test_there_are_as_many_names_and_languages_as_promised(embedded: list[Document]) -> None:
    counts = Counter(document.label for document in embedded)
    assert len(counts) >= 40
    assert len(embedded) >= 60_000
    assert sum(count >= 200 for count in counts.values()) >= 48
    assert set(counts) == set(LANGUAGES)


def test_names_are_sorted_and_distinct_within_a_language(embedded: list[Document]) -> None:
    keys = [(document.label, document.text) for document in embedded]
    assert keys == sorted(set(keys))


def test_names_of_several_languages_are_several_documents(embedded: list[Document]) -> None:
    languages = Counter(document.text for document in embedded)
    assert languages["Anna"] > 5


def test_every_embedded_entry_looks_like_a_name(embedded: list[Document]) -> None:
    junk = re.compile(r"""[\d_.,;:!?()\[\]{}<>/\\|"“”@#*+=~˜&]|\s\s|^[\s-]|[\s-]$|[^\S ]""")
    odd = [document for document in embedded if not document.text or junk.search(document.text)]
    assert not odd
    capitals = re.compile(r"\b[^\W\d_a-z]{2,}\b")
    assert not [d for d in embedded if d.text.upper() != d.text.lower() and d.text.isupper()]
    assert not [d for d in embedded if d.text.isascii() and capitals.search(d.text)]


def test_no_name_mixes_alphabets(embedded: list[Document]) -> None:
    alphabets = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "ARMENIAN", "TAMIL", "THAI")
    for text in {document.text for document in embedded}:
        names = " ".join(unicodedata.name(character, "") for character in text)
        assert sum(alphabet in names for alphabet in alphabets) <= 1, text


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Rossi", "Italian"),
        ("Müller", "German"),
        ("Иванов", "Russian"),
        ("佐藤", "Japanese"),
        ("佐々木", "Japanese"),
        ("王", "Chinese"),
        ("김", "Korean"),
        ("Παπαδόπουλος", "Greek"),
        ("Nguyễn", "Vietnamese"),
        ("O'Brien", "Irish"),
        ("Ó Briain", "Irish"),
        ("van den Berg", "Dutch"),
        ("محمد", "Arabic"),
        ("Демʼяненко", "Ukrainian"),
        ("José Luis", "Spanish"),
        ("Smith", "English"),
        ("Guðrún", "Icelandic"),
        ("Otieno", "Kenyan"),
    ],
)
def test_well_known_names_stand_under_their_language(
    embedded: list[Document], name: str, language: str
) -> None:
    assert Document(name, language) in embedded


def test_each_language_is_written_in_its_own_script(embedded: list[Document]) -> None:
    scripts = {"Japanese": "CJK|HIRAGANA|KATAKANA|IDEOGRAPHIC", "Chinese": "CJK"}
    scripts |= {"Russian": "CYRILLIC", "Georgian": "GEORGIAN", "Polish": "LATIN"}
    for document in embedded:
        if document.label in scripts:
            letters = [c for c in document.text if c.isalpha()]
            own = re.compile(scripts[document.label])
            assert all(own.match(unicodedata.name(c)) for c in letters), document


def test_inherited_names_are_not_counted_as_own(embedded: list[Document]) -> None:
    # es_CA derives from es_ES and defines given names only: no family name of Spain's is Catalan.
    from faker.providers.person.es_CA import Provider as Catalonia
    from faker.providers.person.es_ES import Provider as Spain

    catalan = {document.text for document in embedded if document.label == "Catalan"}
    assert catalan == set(Catalonia.first_names)
    assert not (catalan & set(Spain.last_names)) - set(Catalonia.first_names)


def test_other_lists_than_names_are_not_read(embedded: list[Document]) -> None:
    from faker.providers.person.is_IS import Provider as Iceland
    from faker.providers.person.ru_RU import Provider as Russia

    by_language = {(document.text, document.label) for document in embedded}
    stems = set(Iceland.last_names_without_suffix) - set(Iceland.first_names)
    assert not {(stem, "Icelandic") for stem in stems} & by_language
    patronymics = set(Russia.middle_names) - set(Russia.first_names) - set(Russia.last_names)
    assert patronymics
    assert not {(name, "Russian") for name in patronymics} & by_language


def test_hash_seeds_do_not_matter(embedded: list[Document]) -> None:
    code = (
        "import hashlib; from charlab.data.documents.sources import Request, read_source;"
        "names = list(read_source('names', Request()));"
        "print(hashlib.sha256(repr(names).encode()).hexdigest())"
    )
    here = str(Path(charlab.__file__).parents[1])
    search = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(repr(embedded).encode()).hexdigest()


def test_no_generator_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    import faker

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("a generator was made")

    monkeypatch.setattr(faker.Factory, "create", refuse)
    monkeypatch.setattr(faker.Generator, "__init__", refuse)
    monkeypatch.setattr(faker_names, "LANGUAGES", {"Italian": ("it_IT",), "Thai": ("th_TH",)})
    assert embedded_names()


def test_a_locale_that_faker_lacks_is_named_in_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(faker_names, "LANGUAGES", {"Italian": ("it_IT",), "Elvish": ("qy_XX",)})
    assert {document.label for document in embedded_names()} == {"Italian"}
    assert "qy_XX" in caplog.text


def test_a_missing_faker_is_not_taken_for_a_missing_locale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(name: str) -> NoReturn:
        raise ModuleNotFoundError("No module named 'faker'", name="faker")

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ModuleNotFoundError):
        embedded_names()


def test_a_locale_s_own_lists_of_names_are_read_of_whatever_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Inherited:
        first_names = ("Bilbo",)

    class Provider(Inherited):
        first_names_female = (" Arwen ", "Lúthien", "Arwen")
        unisex_last_names: ClassVar = {"Elendil": 0.9, "El3": 0.1}  # with their frequencies
        last_names: ClassVar = ["Finwë", "Arwen"]
        middle_names = ("Telcontar",)
        prefixes = ("Lord",)
        first_names_note = "abc"
        formats_last_names = None

    module = types.ModuleType("faker.providers.person.qy_XX")
    module.Provider = Provider  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(faker_names, "LANGUAGES", {"Elvish": ("qy_XX",)})
    found = embedded_names()
    assert [document.text for document in found] == ["Arwen", "Elendil", "Finwë", "Lúthien"]
    assert {document.label for document in found} == {"Elvish"}


# What a name is


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (" Behbud ", "Behbud"),
        ("Alta  Gracia", "Alta Gracia"),
        ("Jean-Luc", "Jean-Luc"),
        ("ג'ורג'", "ג'ורג'"),
        ("'s Gravensande", "'s Gravensande"),
        ("Ulug‘bek", "Ulug‘bek"),
        ("Sa’diya", "Sa’diya"),
        ("くみ子", "くみ子"),
        ("伟", "伟"),
        ("진", "진"),
        ("දිනේන්ද්‍ර", "දිනේන්ද්‍ර"),
        ("José", "José"),
        ("Ó Corra", "Ó Corra"),
        ("de la O", "de la O"),
        ("Vi", "Vi"),
    ],
)
def test_names_are_kept(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@pytest.mark.parametrize(
    "raw",
    [
        *("", " ", "\u200d", "-", "'"),
        *("J.", "J", "Hans D.", "H.-Dieter", "Koch II", "VI", "DR", "डा."),
        *("عجرمة (العجارمة)", "(श्रेष्ठ)", "Bourgondië, van", "auch Schlauchin", "The Elder"),
        *("Anna3", "ஆதர்ஷ்,ஆதேஷ்", "Emine.", "N˜zamett˜n", "a/b", "x_y"),
        *("Васовa", "Akyerεko", "வருண்குமாH", "िनशा", "-son"),
    ],
)
def test_what_is_no_name_is_left_out(raw: str) -> None:
    assert clean_name(raw) is None


@given(
    st.text(st.sampled_from("aB é-'王가\u200dТT.\t"), max_size=8) | st.sampled_from(sorted(REMARKS))
)
def test_white_space_around_a_name_decides_nothing(raw: str) -> None:
    name = clean_name(raw)
    assert clean_name(f" {raw}\t") == name
    if name is not None:
        assert clean_name(name) == name
        assert name.split() == raw.split()


# Names in Latin letters


@pytest.fixture(scope="module")
def remarks() -> list[str]:
    return []


@pytest.fixture(scope="module")
def romanized(remarks: list[str]) -> list[Document]:
    return romanized_names(remarks.append)


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
def test_what_people_type_first_is_there(
    romanized: list[Document], name: str, language: str
) -> None:
    assert Document(name, language) in romanized


def test_whole_names_are_in_the_usual_order(romanized: list[Document]) -> None:
    whole: dict[str, set[str]] = {}
    for document in romanized:
        if " " in document.text:
            whole.setdefault(document.label or "", set()).add(document.text)
    assert {"Japanese", "Chinese", "Korean", "Vietnamese"} <= set(whole)
    given_first = {name.split()[0] for name in whole["Japanese"]}
    assert "Akira" in given_first
    assert "Tanaka" not in given_first
    assert {name.split()[0] for name in whole["Korean"]} & {"Kim", "Park", "Lee"}


def test_they_are_names_in_latin_letters_each_once(romanized: list[Document]) -> None:
    assert len(set(romanized)) == len(romanized) > 9_000
    for document in romanized:
        assert clean_name(document.text) == document.text
        letters = [c for c in document.text if c.isalpha()]
        assert all(unicodedata.name(c).startswith("LATIN") for c in letters), document


def test_the_remark_says_which_a_library_transliterated(
    romanized: list[Document], remarks: list[str]
) -> None:
    listed = sum(document.label in ROMANIZED for document in romanized)
    assert remarks[0] == f"romanized: {listed:,} names that Faker lists ({', '.join(ROMANIZED)})"
    assert remarks[1].startswith(
        f"transliterated: {len(romanized) - listed:,} by AnyAscii (Armenian, "
    )
    assert not set(ROMANIZED) & set(TRANSLITERATED)
    assert {*ROMANIZED, *TRANSLITERATED} <= set(LANGUAGES)
