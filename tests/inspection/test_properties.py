import numpy as np
import pytest

from charlab.inspection.properties import COUNTED, family, properties_of

SOURCE = (
    'def f(x=[1]):\n    """Doc\'s (x).\n\n    Two."""\n    return r\'a"b\' + "c\\"d" # it\'s\nAda'
)


def spans(text, name):
    """The stretches at which a property that is yes or no is told."""
    values = properties_of(text)[name]
    assert set(np.unique(values)) <= {0.0, 1.0}
    edges = np.flatnonzero(np.diff(np.concatenate([[0], values, [0]])))
    return [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("inside quotes", ["'a\"b", '"c\\"d']),  # a closing quote is outside again
        ("inside ' '", ["'a\"b"]),
        ('inside " "', ['"c\\"d']),
        ("inside triple quotes", ['"""Doc\'s (x).\n\n    Two.""']),
        ("in a comment", ["# it's"]),
        ("inside brackets", ["(x=[1]", "(x"]),
        ("inside [ ]", ["[1"]),
        ("digit", ["1"]),
        ("upper case", ["D", "T", "A"]),
    ],
)
def test_source_is_read_as_its_readers_do(name, expected):
    assert spans(SOURCE, name) == expected


def test_prose_has_apostrophes_and_quotes_over_lines():
    text = "It's \"a long\nline\", isn't it? “Yes” — 'no' // 3"
    assert spans(text, 'inside " "') == ['"a long\nline']
    assert spans(text, "inside ' '") == ["'no"]
    assert spans(text, "inside “ ”") == ["“Yes"]
    assert spans(text, "in a comment") == []
    assert spans('a "b\n\nc" d', 'inside " "') == []  # a paragraph's end closes nothing


def test_a_stretch_that_begins_inside_a_docstring_is_turned_right():
    text = 'end of it.\n    """\n    x = 1\n\n\ndef g():\n    """One."""\n    y = 2\n'
    assert spans(text, "inside triple quotes")[0] == 'end of it.\n    ""'
    assert spans(text, "inside triple quotes")[1:] == ['"""One.""']


def test_positions_count_from_the_line_the_word_and_the_text():
    values = properties_of("ab  c\n  d\te\0f")
    told = {name: values[name].astype(int).tolist() for name in COUNTED}
    assert told["position in line"] == [1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1]
    assert told["position in word"] == [1, 2, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1]
    assert told["position in text"] == [*range(1, 12), 0, 1]
    assert told["indentation"] == [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 0, 0]
    assert spans("ab  c", "space to come") == ["b", "c"]


def test_brackets_nest_and_a_blank_line_closes_them():
    values = properties_of("(a[b](c))\n(d\n\ne")
    depth = values["bracket depth"].astype(int).tolist()
    assert depth == [1, 1, 2, 2, 1, 2, 2, 1, 0, 0, 1, 1, 0, 0, 0]


def test_scripts_are_told_apart_where_there_are_several():
    values = properties_of("Adaжук")
    assert values["Latin letter"].tolist() == [1, 1, 1, 0, 0, 0]
    assert values["Cyrillic letter"].tolist() == [0, 0, 0, 1, 1, 1]
    assert values["vowel"].tolist() == [1, 0, 1, 0, 1, 0]
    assert not any("letter" in name and name != "letter" for name in properties_of("Ada"))


def test_properties_that_are_much_alike_are_one_family():
    alone = {name for name in properties_of("Adaж") if family(name) == "character"}
    assert alone >= {"vowel", "digit", "Cyrillic letter", "newline"}
    assert not alone & {*COUNTED, "space to come", "inside quotes", "in a comment"}
    assert {family(name) for name in ("inside quotes", "inside ' '", "inside triple quotes")} == {
        "quotes"
    }
    assert family("bracket depth") == family("inside ( )") == "brackets"
    assert family("label Ælfic") == "label"
    assert family("vowel") == family("Latin letter")
