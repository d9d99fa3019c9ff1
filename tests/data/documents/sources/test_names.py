import importlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

import charlab
from charlab.data.documents.document import Document
from charlab.data.documents.sources import Request, faker_names, read_source
from charlab.data.documents.sources.faker_names import clean_name
from charlab.data.documents.sources.locales import LANGUAGES, LEFT_OUT, LISTS
from charlab.errors import DataError


def read(path=None, encoding="utf-8") -> list[Document]:
    return list(read_source("names", Request(None if path is None else str(path), encoding)))


@pytest.fixture(scope="module")
def embedded() -> list[Document]:
    return read()


def write(file: Path, text: str, encoding: str = "utf-8") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode(encoding))
    return file


# The embedded names


def test_there_are_as_many_names_and_languages_as_promised(embedded):
    counts = Counter(document.label for document in embedded)
    assert len(counts) >= 40
    assert len(embedded) >= 60_000
    assert sum(count >= 200 for count in counts.values()) >= 48
    assert set(counts) == set(LANGUAGES)


def test_names_are_sorted_and_distinct_within_a_language(embedded):
    keys = [(document.label, document.text) for document in embedded]
    assert keys == sorted(set(keys))


def test_names_of_several_languages_are_several_documents(embedded):
    languages = Counter(document.text for document in embedded)
    assert languages["Anna"] > 5


def test_every_embedded_entry_looks_like_a_name(embedded):
    junk = re.compile(r"""[\d_.,;:!?()\[\]{}<>/\\|"“”@#*+=~˜&]|\s\s|^[\s-]|[\s-]$|[^\S ]""")
    odd = [document for document in embedded if not document.text or junk.search(document.text)]
    assert not odd
    capitals = re.compile(r"\b[^\W\d_a-z]{2,}\b")
    assert not [d for d in embedded if d.text.upper() != d.text.lower() and d.text.isupper()]
    assert not [d for d in embedded if d.text.isascii() and capitals.search(d.text)]


def test_no_name_mixes_alphabets(embedded):
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
def test_well_known_names_stand_under_their_language(embedded, name, language):
    assert Document(name, language) in embedded


def test_each_language_is_written_in_its_own_script(embedded):
    scripts = {"Japanese": "CJK|HIRAGANA|KATAKANA|IDEOGRAPHIC", "Chinese": "CJK"}
    scripts |= {"Russian": "CYRILLIC", "Georgian": "GEORGIAN", "Polish": "LATIN"}
    for document in embedded:
        if document.label in scripts:
            letters = [c for c in document.text if c.isalpha()]
            own = re.compile(scripts[document.label])
            assert all(own.match(unicodedata.name(c)) for c in letters), document


def test_inherited_names_are_not_counted_as_own(embedded):
    # es_CA derives from es_ES and defines given names only: no family name of Spain's is Catalan.
    from faker.providers.person.es_CA import Provider as Catalonia
    from faker.providers.person.es_ES import Provider as Spain

    catalan = {document.text for document in embedded if document.label == "Catalan"}
    assert catalan == set(Catalonia.first_names)
    assert not (catalan & set(Spain.last_names)) - set(Catalonia.first_names)


def test_other_lists_than_names_are_not_read(embedded):
    from faker.providers.person.is_IS import Provider as Iceland
    from faker.providers.person.ru_RU import Provider as Russia

    by_language = {(document.text, document.label) for document in embedded}
    stems = set(Iceland.last_names_without_suffix) - set(Iceland.first_names)
    assert not {(stem, "Icelandic") for stem in stems} & by_language
    patronymics = set(Russia.middle_names) - set(Russia.first_names) - set(Russia.last_names)
    assert patronymics
    assert not {(name, "Russian") for name in patronymics} & by_language


def test_the_table_is_consistent():
    used = [locale for locales in LANGUAGES.values() for locale in locales]
    assert len(used) == len(set(used))
    assert not set(used) & set(LEFT_OUT)
    assert set(LISTS) <= set(used)


def test_hash_seeds_do_not_matter():
    code = (
        "import hashlib; from charlab.data.documents.sources import Request, read_source;"
        "names = list(read_source('names', Request()));"
        "print(hashlib.sha256(repr(names).encode()).hexdigest())"
    )
    here = str(Path(charlab.__file__).parents[1])
    search = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": search},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_no_generator_is_made(monkeypatch):
    import faker

    def refuse(*args, **kwargs):
        raise AssertionError("a generator was made")

    monkeypatch.setattr(faker.Factory, "create", refuse)
    monkeypatch.setattr(faker.Generator, "__init__", refuse)
    assert read()


def test_a_locale_that_faker_lacks_is_named_in_a_warning(monkeypatch, caplog):
    monkeypatch.setattr(faker_names, "LANGUAGES", {"Italian": ("it_IT",), "Elvish": ("qy_XX",)})
    assert {document.label for document in read()} == {"Italian"}
    assert "qy_XX" in caplog.text


def test_a_missing_faker_is_not_taken_for_a_missing_locale(monkeypatch):
    def refuse(name):
        raise ModuleNotFoundError("No module named 'faker'", name="faker")

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ModuleNotFoundError):
        faker_names.embedded_names()


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
def test_names_are_kept(raw, name):
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
def test_what_is_no_name_is_left_out(raw):
    assert clean_name(raw) is None


# The user's own names


def test_a_folder_has_a_file_per_language(tmp_path):
    write(tmp_path / "Śląski.txt", "\ufeffŻółć \r\n\r\n  Jan Maria\t\r\nŻółć\r\n")
    write(tmp_path / "Japanese.txt", "佐藤\n\n鈴木")
    write(tmp_path / "README.md", "not names")
    write(tmp_path / ".hidden.txt", "not names")
    write(tmp_path / "more" / "Deep.txt", "not names")
    assert read(tmp_path) == [
        Document("佐藤", "Japanese"),
        Document("鈴木", "Japanese"),
        Document("Żółć", "Śląski"),
        Document("Jan Maria", "Śląski"),
        Document("Żółć", "Śląski"),
    ]


def test_a_file_gives_unlabelled_names(tmp_path):
    file = write(tmp_path / "mine.txt", "emma\n\n  José  \nemma")
    assert read(file) == [Document("emma"), Document("José"), Document("emma")]


def test_a_pattern_chooses_languages(tmp_path):
    for language in ("Thai", "Twi", "Zulu"):
        write(tmp_path / f"{language}.txt", "x")
    assert [document.label for document in read(tmp_path / "T*.txt")] == ["Thai", "Twi"]


def test_labels_are_composed(tmp_path):
    write(tmp_path / (unicodedata.normalize("NFD", "Türkçe") + ".txt"), "Ali")
    assert read(tmp_path) == [Document("Ali", unicodedata.normalize("NFC", "Türkçe"))]


def test_a_folder_without_names_says_what_it_should_hold(tmp_path):
    write(tmp_path / "names.csv", "a")
    with pytest.raises(DataError, match=r"holds no \.txt file.*<Language>\.txt"):
        read(tmp_path)


def test_a_language_without_a_name_is_named(tmp_path):
    write(tmp_path / "Thai.txt", "x")
    write(tmp_path / "Klingon.txt", " \n\n")
    with pytest.raises(DataError, match=r"Klingon\.txt' is empty"):
        read(tmp_path)


def test_names_in_another_encoding(tmp_path):
    file = write(tmp_path / "names.txt", "Ana\nMuñoz\n", "latin-1")
    with pytest.raises(DataError, match=r"0xf1 at offset 6; .*dataset\.encoding=latin-1"):
        read(file)
    assert read(file, "latin-1") == [Document("Ana"), Document("Muñoz")]


def test_names_without_accents_teach_none(tmp_path):
    (tmp_path / "names.txt").write_text("Ana\nИван\n")
    with pytest.raises(DataError, match="no name in Latin script has an accent"):
        list(read_source("accents", Request(str(tmp_path / "names.txt"))))
