import pytest

from charlab.figures.token_names import token_name, token_names


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("", "end"),
        ("a", "a"),
        ("ß", "ß"),
        (" ", "space"),
        ("\n", "newline"),
        ("\t", "tab"),
        ("\r", "carriage return"),
        ("\x1b", "U+001B"),
        ("\xa0", "no-break space"),
        ("\u200d", "zero width joiner"),
        ("\u2028", "line separator"),
        ("\u3164", "hangul filler"),
        ("\ue000", "U+E000"),
        ("\udcff", "U+DCFF"),
        ("\u0301", "\u25cc\u0301 acute accent"),
        ("\u093f", "\u25cc\u093f vowel sign i"),
        (" the", "␣the"),
        ("a\n\tb", "a↵⇥b"),
        ("<0x0A>", "<0x0A>"),
        ("\u202eabc", "\\u202eabc"),
        ("x" * 30, "x" * 23 + "…"),
    ],
)
def test_what_is_not_seen_has_a_name(token, name):
    assert token_name(token) == name


def test_letters_that_look_like_others_are_named():
    latin, cyrillic, greek = "abo", "\u0430\u0431\u043e", "\u03bf\u03c0"
    assert token_names([*latin, *cyrillic, *greek]) == [
        *latin,
        "\u0430 Cyrillic",
        "\u0431",  # looks like none
        "\u043e Cyrillic",
        "\u03bf Greek",
        "\u03c0",
    ]


def test_like_an_ascii_letter_that_is_not_shown_itself():
    assert token_names(["b", "\u0430"]) == ["b", "\u0430 Cyrillic"]


def test_a_text_of_one_script_needs_no_names():
    assert token_names(list("\u0430\u0431\u043e")) == list("\u0430\u0431\u043e")


def test_other_signs_are_told_apart_by_number():
    assert token_names(["-", "\u2010"]) == ["-", "\u2010 U+2010"]
