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


def test_a_file_is_one_document(tmp_path):
    file = tmp_path / "Größe 'n' [1], a=b.txt"
    file.write_bytes("\ufeffErste\r\nZeile\rund  \n\nEnde ".encode())
    text = "Erste\nZeile\nund  \n\nEnde "
    assert read(file) == [Document(text)]
    assert read(tmp_path) == [Document(text, "Größe 'n' [1], a=b")]


def test_a_folder_is_a_document_per_file_in_subfolders_too(tmp_path):
    files = {"b.txt": "B", "a/z.md": "Z", "a/c.txt": "C", "a.txt": "A", "a/日本.txt": "N"}
    hidden = {".git/config": "no", ".DS_Store": "no", "a/.c.swp": "no", "empty.txt": " \n"}
    for name, content in (files | hidden).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    documents = read(tmp_path)
    assert [(d.label, d.text) for d in documents] == [
        ("c", "C"),
        ("z", "Z"),
        ("日本", "N"),
        ("a", "A"),
        ("b", "B"),
    ]


def test_a_pattern_is_a_document_per_file_that_it_fits(tmp_path):
    for name in ("one.txt", "two.txt", "two.md"):
        (tmp_path / name).write_text(name)
    (tmp_path / "folder.txt").mkdir()
    documents = read(tmp_path / "*.txt")
    assert documents == [Document("one.txt", "one"), Document("two.txt", "two")]


def test_an_empty_file_of_several_is_named(tmp_path):
    (tmp_path / "leer.txt").write_bytes(b" \n")
    for path in (tmp_path, tmp_path / "*.txt"):
        with pytest.raises(DataError, match=r"leer\.txt' is empty"):
            read(path)


def test_a_binary_file_in_a_folder_is_named(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(DataError, match=r"b\.png'.*0x89 at offset 0.*binary file: leave it out"):
        read(tmp_path)


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
