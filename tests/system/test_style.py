"""Colour where a person sees it, and nowhere else."""

import io

import pytest

from charlab.system import style
from charlab.system.style import has_colour, is_screen, line, painted, styled, visible


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "terminal", "pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_who_gets_colour(
    variables: dict[str, str], terminal: bool, pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = line("a ", styled("b", "heading"), " c")
    for stream, expected in ((Terminal(), terminal), (io.StringIO(), pipe)):
        assert has_colour(stream) == expected
        assert painted(text, stream) == ("a \x1b[1mb\x1b[0m c" if expected else "a b c")
        whole = styled("b", "good")
        assert painted(whole, stream) == ("\x1b[32mb\x1b[0m" if expected else "b")
    assert is_screen(Terminal()) == (variables.get("TERM") != "dumb")
    assert not is_screen(io.StringIO())  # colour alone makes no screen of a pipe


def test_what_a_terminal_obeys_is_visible_in_every_piece() -> None:
    text = line("\x1b[31m", styled("a\rb", "path"), styled(7, "value"))
    assert text.plain == "\\x1b[31ma\\rb7"
    assert painted("\x1b[2J", io.StringIO()) == "\\x1b[2J"


def test_nothing_that_would_be_escaped_passes_for_printable() -> None:
    escaped = [c for c in map(chr, range(0x10000)) if style._UNSEEN.match(c)]
    assert len(escaped) > 2000
    assert [c for c in escaped if visible(c) == c or visible(f"a{c}") == f"a{c}"] == []
