import io

import pytest

from charlab.data.documents.document import Document, LongDocument
from charlab.data.documents.files import standard_input, text_files
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError


@pytest.fixture
def typed(monkeypatch):
    """``typed(b"…")``: what stands on standard input, until it is read."""

    def put(data: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    standard_input.spooled.cache_clear()
    yield put
    standard_input.spooled.cache_clear()


def read(source: str, **settings) -> list:
    return list(read_source(source, Request("-", **settings)))


def test_a_text_from_standard_input(typed):
    typed("Grüße\r\n".encode())
    assert read("text") == [Document("Grüße\n")]
    assert read("text") == [Document("Grüße\n")]  # a grid's next run reads it again


def test_names_and_tables_from_standard_input(typed):
    typed(b"text,kind\nAnn,a\nBo,b\n")
    assert read("names") == [Document("text,kind"), Document("Ann,a"), Document("Bo,b")]
    assert read("table", label_column="kind") == [Document("Ann", "a"), Document("Bo", "b")]


def test_faults_are_standard_input_s(typed):
    typed(b"caf\xe9")
    with pytest.raises(DataError, match=r"^standard input is not utf-8 text: byte 0xe9"):
        read("text")
    assert read("text", encoding="latin-1") == [Document("café")]


@pytest.mark.parametrize("source", ["text", "names"])
def test_nothing_on_standard_input(typed, source):
    typed(b" \n")
    with pytest.raises(DataError, match=r"^standard input is empty"):
        read(source)


def test_no_standard_input_at_all(typed, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(DataError, match="there is no standard input"):
        read("text")


def test_a_long_text_from_standard_input(typed, monkeypatch):
    monkeypatch.setattr(text_files, "LARGE", 10)
    typed(b"0123456789\r\n" * 3)
    (document,) = read("text")
    assert isinstance(document, LongDocument)
    assert "".join(document.pieces()) == "0123456789\n" * 3 == "".join(document.pieces())
