"""Kinds of tokens, by hand and by Python's own list of them."""

import io
import keyword
import tokenize

import pytest

from charlab.data.documents.sources import Request, python_tokens, read_source
from charlab.data.documents.sources.python_tokens import tag_source
from charlab.errors import DataError

SOURCE = '''def f(x):  # é
    return f"{x:>3} {'a'}" + """two
lines""" if x else 0x1F
'''
KINDS = {
    "def": "keyword",
    "return": "keyword",
    "else": "keyword",
    "# é": "comment",
    "0x1F": "number",
    '''f"{x:>3} {'a'}"''': "string",
    '"""two\nlines"""': "string",
    "(": "operator",
    "+": "operator",
}


def test_files_are_groups_and_a_single_file_is_none(tmp_path):
    (tmp_path / "a.py").write_text("".join(f"x{n} = {n}\n" for n in range(200)))
    alone = list(read_source("python_tokens", Request(str(tmp_path / "a.py"))))
    assert len(alone) > 2
    assert {document.group for document in alone} == {None}
    (tmp_path / "b.py").write_text("y = 1\n")
    both = list(read_source("python_tokens", Request(str(tmp_path))))
    assert len({document.group for document in both}) == 2


def test_kinds_by_hand():
    kinds, begins = tag_source(SOURCE)
    assert len(kinds) == len(SOURCE)
    for text, kind in KINDS.items():
        begin = SOURCE.index(text)
        assert set(kinds[begin : begin + len(text)]) == {kind}
    assert kinds[SOURCE.index("f(")] == "name"
    assert {kind for c, kind in zip(SOURCE, kinds, strict=True) if c == "\n"} == {"space", "string"}
    assert begins == [len("def f(x):  # é\n"), len(SOURCE)]


def test_the_embedded_source_against_python_s_own_names(monkeypatch):
    assert python_tokens.SIZE == 800_000
    monkeypatch.setattr(python_tokens, "SIZE", 100_000)
    documents = list(read_source("python_tokens", Request()))
    assert 95_000 < sum(len(document.text) for document in documents) < 300_000
    whole = "".join(d.text for d in documents if d.group == documents[0].group)
    tags = [tag for d in documents if d.group == documents[0].group for tag in d.tags]
    found = {"name": [], "keyword": []}
    place = 0
    while place < len(whole):
        end = place
        while end < len(whole) and tags[end] == tags[place]:
            end += 1
        if tags[place] in found:
            found[tags[place]].append(whole[place:end])
        place = end
    expected, inside = [], 0
    for token in tokenize.generate_tokens(io.StringIO(whole).readline):
        kind = tokenize.tok_name[token.type]  # from Python 3.12 on f-strings are taken apart
        inside += kind.endswith("STRING_START") - kind.endswith("STRING_END")
        if kind == "NAME" and not inside:
            expected.append(token.string)
    assert set(found["keyword"]) == {word for word in expected if keyword.iskeyword(word)}
    assert set(found["name"]) == {word for word in expected if not keyword.iskeyword(word)}


def test_what_is_no_python(tmp_path):
    (tmp_path / "a.py").write_text("x = '''never closed\n")
    with pytest.raises(DataError, match=r"a\.py'?, file 1 is no Python source") as error:
        list(read_source("python_tokens", Request(str(tmp_path / "a.py"))))
    assert "\n" not in str(error.value)
