"""The package of sources: every one keeps the contract; parts in files of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.data.documents.document import Document
from charlab.data.documents.sources import (
    Request,
    classics,
    copying,
    dates,
    faker_names,
    pronunciations,
    read_parts,
    read_source,
    sources,
)
from charlab.data.documents.sources.locales import LANGUAGES
from charlab.errors import ConfigError, DataError
from charlab.testing.source_contract import SourceContract


class TestNames(SourceContract):
    name = "names"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        (tmp_path / "Śląski.txt").write_text("\ufeffŻółć \n\n  Jan Maria\t\nŻółć\n", "utf-8")
        (tmp_path / "Japanese.txt").write_text("佐藤\n\n鈴木", "utf-8")
        return Request(str(tmp_path))


class TestEmbeddedNames(SourceContract):
    name = "names"

    @pytest.fixture
    def request_(self, monkeypatch: pytest.MonkeyPatch) -> Request:
        some = {name: LANGUAGES[name] for name in ("Italian", "Japanese", "Swahili")}
        monkeypatch.setattr(faker_names, "LANGUAGES", some)  # test_faker_names.py has all
        return Request()


class TestText(SourceContract):
    name = "text"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        (tmp_path / "books").mkdir()
        for name in ("b.txt", "a.md"):
            (tmp_path / "books" / name).write_bytes(f"\ufeff {name}\r\nsays so ".encode())
        return Request(str(tmp_path / "books"))


class TestEmbeddedText(SourceContract):
    name = "text"

    @pytest.fixture
    def request_(self) -> Request:
        return Request()


class TestTable(SourceContract):
    name = "table"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        (tmp_path / "a.csv").write_text("\ufeffsaid,kind\nhello, greeting\n ,none\nbye,farewell\n")
        return Request(str(tmp_path / "a.csv"), text_column="said", label_column="kind")


@pytest.fixture
def plain(tmp_path: Path) -> Request:
    (tmp_path / "mine.txt").write_text("Anna\nBo\n Cy \n")
    return Request(str(tmp_path / "mine.txt"))


class _ListOfNames(SourceContract):
    @pytest.fixture
    def request_(self, plain: Request) -> Request:
        return plain


class TestNamesTutorial(_ListOfNames):
    name = "names_tutorial"


class TestMakemoreNames(_ListOfNames):
    name = "makemore_names"


class TestTinyShakespeare(_ListOfNames):
    name = "tiny_shakespeare"


class _HundredMillion(SourceContract):
    @pytest.fixture
    def request_(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
        monkeypatch.setattr(classics, "HUNDRED_MILLION", {"train": 90, "val": 5, "test": 5})
        (tmp_path / "plain").write_bytes(bytes(range(97, 122)) * 4)
        return Request(str(tmp_path / "plain"))


class TestText8(_HundredMillion):
    name = "text8"


class TestEnwik8(_HundredMillion):
    name = "enwik8"


class TestPennTreebank(SourceContract):
    name = "penn_treebank"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        (tmp_path / "ptb").mkdir()
        for part in ("train", "valid", "test"):
            (tmp_path / "ptb" / f"ptb.{part}.txt").write_text(f" no {part} was n't black \n")
        return Request(str(tmp_path / "ptb"))


class TestPythonTokens(SourceContract):
    name = "python_tokens"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        for name in "ab":
            (tmp_path / f"{name}.py").write_text(f"{name} = 1\nif {name}:\n    print('é')\n")
        return Request(str(tmp_path))


class TestAccents(SourceContract):
    name = "accents"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        (tmp_path / "Polish.txt").write_text("Żółw\nJan\n", "utf-8")
        (tmp_path / "Dutch.txt").write_text("Jan\n", "utf-8")
        return Request(str(tmp_path))


class TestCopying(SourceContract):
    name = "copying"

    @pytest.fixture
    def request_(self, monkeypatch: pytest.MonkeyPatch) -> Request:
        monkeypatch.setattr(copying, "DOCUMENTS", 5)
        return Request(distance=3)


class TestConllu(SourceContract):
    name = "conllu"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        lines = (f"{i}\t{w}\t_\tX\t_\t_\t0\troot\t_\t_" for i, w in enumerate("ab", start=1))
        for part in ("train", "dev"):
            (tmp_path / f"xx-ud-{part}.conllu").write_text("\n".join(["# a", *lines, "", ""]))
            lines = (f"{i}\t{w}\t_\tY\t_\t_\t0\troot\t_\t_" for i, w in enumerate("cd", 1))
        return Request(str(tmp_path))


class TestPairs(SourceContract):
    name = "pairs"

    @pytest.fixture
    def request_(self, tmp_path: Path) -> Request:
        (tmp_path / "p.tsv").write_text("one\t1\n\ntwo \t 2\n")
        return Request(str(tmp_path / "p.tsv"))


class TestDates(SourceContract):
    name = "dates"

    @pytest.fixture
    def request_(self, monkeypatch: pytest.MonkeyPatch) -> Request:
        monkeypatch.setattr(dates, "LOCALES", ["de", "ja"])
        monkeypatch.setattr(dates, "DATES", 5)
        return Request()


class TestPronunciations(SourceContract):
    name = "pronunciations"

    @pytest.fixture
    def request_(self, monkeypatch: pytest.MonkeyPatch) -> Request:
        lines = "'bout B AW1 T\na AH0\na(2) EY1\n. D AA1 T\nab AE1 B # about\n"
        monkeypatch.setattr(pronunciations, "_dictionary", lambda: lines)
        return Request()


class TestPronunciationsStress(TestPronunciations):
    name = "pronunciations_stress"


def test_each_source_is_tested() -> None:
    tested = {value.name for key, value in globals().items() if key.startswith("Test")}
    assert tested == set(sources.names())


def test_sources_are_found_by_name() -> None:
    with pytest.raises(ConfigError, match="unknown dataset 'nmaes': did you mean 'names'"):
        read_source("nmaes", Request())


@pytest.fixture
def parts(tmp_path: Path) -> Callable[..., list[Document]]:
    def read(**paths: str) -> list[Document]:
        for name in ("train", "val", "test"):
            (tmp_path / f"{name}.txt").write_text(name)
        given = {key: str(tmp_path / path) for key, path in paths.items()}
        return list(read_parts("text", Request(str(tmp_path / "train.txt")), **given))

    return read


def test_given_parts_say_their_split(parts: Callable[..., list[Document]]) -> None:
    assert parts(val_path="val.txt", test_path="test.txt") == [
        Document("train"),
        Document("val", None, "val"),
        Document("test", None, "test"),
    ]


def test_a_given_part_may_be_missing(parts: Callable[..., list[Document]]) -> None:
    assert parts() == [Document("train")]
    with pytest.raises(DataError, match=r"there is no .*b\.txt"):
        parts(val_path="b.txt")
