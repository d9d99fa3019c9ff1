import ast
import os
import sys
from pathlib import Path

import pytest

from charlab.data.documents.document import Document
from charlab.data.documents.sources import Request, read_source, text
from charlab.errors import DataError


def read(path=None, encoding="utf-8") -> list[Document]:
    return list(read_source("text", Request(None if path is None else str(path), encoding)))


@pytest.fixture(scope="module")
def embedded() -> list[Document]:
    return read()


def library_file(name: str) -> str:
    return (Path(os.__file__).parent / f"{name}.py").read_text(encoding="utf-8")


# The embedded text


def test_two_documents_of_about_the_same_length(embedded):
    reference, source = embedded
    assert (reference.label, source.label) == ("reference", "source")
    assert len(reference.text) > 300_000
    assert 1.0 <= len(source.text) / len(reference.text) < 1.4  # whole modules: the last overshoots


def test_the_reference_is_all_topics_in_order(embedded):
    from pydoc_data.topics import topics

    text = embedded[0].text
    distinct = dict.fromkeys(topics[name].strip("\n") for name in sorted(topics))
    places = [text.index(topic) for topic in distinct]
    assert places == sorted(places)
    # A newline each, a blank line between; a topic under two names stands once.
    assert len(text) == sum(map(len, distinct)) + 2 * len(distinct) - 1


def test_the_source_is_whole_modules_in_order(embedded):
    source = embedded[1].text
    ast.parse(source.replace("from __future__", "from __past__"))  # many modules, still Python
    places = [source.index(library_file(name).strip("\n")) for name in ("abc", "argparse", "bdb")]
    assert places == sorted(places)
    assert library_file("_pydecimal").strip("\n") not in source


def test_newlines_are_plain(embedded):
    assert all("\r" not in document.text for document in embedded)


@pytest.mark.parametrize("name", ["stringprep", "locale", "token", "keyword"])
def test_tables_are_told(name):
    assert text.mostly_table(library_file(name))


@pytest.mark.parametrize("name", ["abc", "argparse", "calendar", "random", "uuid"])
def test_code_is_told(name):
    assert not text.mostly_table(library_file(name))


def test_a_python_without_its_reference(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(DataError, match=r"lacks its language reference; .*dataset\.path=FILE"):
        read()


def test_a_python_without_its_source(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "__file__", str(tmp_path / "library.zip" / "os.pyc"))
    with pytest.raises(DataError, match=r"not on disk as source; .*dataset\.path=FILE"):
        read()


def test_what_lies_beside_the_library_is_not_of_it(monkeypatch, tmp_path):
    for name in ("abc", "sitecustomize", "_private", "stringprep"):
        source = "(0x1, '2')\n" * 9 if name == "stringprep" else f"import {name}\n\n\n"
        (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setattr(os, "__file__", str(tmp_path / "os.py"))
    assert text.library_source(10**6) == "import abc\n"


# The user's own text


def test_folders_are_labels_where_all_files_lie_in_several(tmp_path):
    for name in ("data/neg/1.txt", "data/pos/1.txt", "data/pos/deep/2.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    labels = ["neg", "pos", "pos"]
    for path in (tmp_path, tmp_path / "data", tmp_path / "data/**/*.txt"):
        assert [document.label for document in read(path)] == labels
    assert [d.label for d in read(tmp_path / "data" / "*" / "*.txt")] == ["neg", "pos"]
    assert [d.label for d in read(tmp_path / "data" / "pos")] == ["1", "2"]
    (tmp_path / "data" / "all.txt").write_text("all")
    assert [document.label for document in read(tmp_path)] == [None] * 4
