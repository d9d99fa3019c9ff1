"""Names by language: the user's own, and that the embedded ones come without a path."""

import unicodedata
from pathlib import Path

import pytest

from charlab.data.documents.document import Document
from charlab.data.documents.sources import Request, faker_names, read_source
from charlab.errors import DataError


def read(path=None, encoding="utf-8") -> list[Document]:
    return list(read_source("names", Request(None if path is None else str(path), encoding)))


def write(file: Path, text: str, encoding: str = "utf-8") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode(encoding))
    return file


def test_without_a_path_the_embedded_names_come_and_those_in_latin_letters_join_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faker_names, "LANGUAGES", {"Russian": ("ru_RU",)})
    monkeypatch.setattr(faker_names, "ROMANIZED", {})
    monkeypatch.setattr(faker_names, "TRANSLITERATED", ("Russian",))
    own = read()
    assert Document("Иванов", "Russian") in own
    both = list(read_source("names", Request(romanized=True)))
    assert both[: len(own)] == own
    assert Document("Ivanov", "Russian") in both[len(own) :]


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
