"""``--help`` in the width of a terminal, with colours only where they are seen."""

import io
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.config.help_layout import headed, in_two_columns, show_help

words = st.text("abö中-=", min_size=1, max_size=12)
rows = st.lists(
    st.tuples(st.text("abc=_.", min_size=1, max_size=90), st.lists(words).map(" ".join)),
    max_size=5,
)


@pytest.mark.parametrize("columns", [20, 80, 300])
@pytest.mark.parametrize("left", [None, 32])
@settings(max_examples=30)
@given(rows=rows)
def test_every_meaning_stands_whole_in_the_right_column(
    columns: int, left: int | None, rows: list[tuple[str, str]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        lines = in_two_columns(rows, left)
    room = min(max(columns, 60), 100)
    expected = iter(rows)
    typed = ""
    read: list[tuple[str, str]] = []
    begins = left or min(max((len(typed) for typed, _ in rows), default=0) + 4, room - 20)
    for line in lines:
        if line.startswith("  ") and line[2] != " ":
            typed, _ = next(expected)
            read.append((typed, ""))
            assert line.startswith(f"  {typed}")
            line = line[2 + len(typed) :].strip() and " " * begins + line[begins:]
        if line:
            assert len(line) <= room
            assert line[:begins].isspace()
            assert not line[begins].isspace()
            read[-1] = (typed, f"{read[-1][1]} {line[begins:]}".strip())
    assert read == rows


def test_two_blanks_at_least_part_what_is_typed_from_its_meaning() -> None:
    rows = [("x" * 28, "fits"), ("x" * 29, "stands below"), ("x" * 99, "")]
    assert in_two_columns(rows, 32) == [
        f"  {'x' * 28}  fits",
        f"  {'x' * 29}",
        f"{' ' * 32}stands below",
        f"  {'x' * 99}",
    ]


def test_a_long_title_goes_on_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    first, second, *rest = headed("word " * 15, [("key=1", "what it is")])
    assert len(first) <= 60
    assert second.startswith("  word")
    assert rest == ["  key=1  what it is"]


@pytest.mark.parametrize("columns", ["20", "60", "80"])
def test_what_is_typed_may_be_longer_than_the_screen(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    typed = f"python /home/{'somebody/' * 9}charlab/train.py resume=latest"
    first, *rest = in_two_columns([(typed, "goes on with a run")])
    assert first == f"  {typed}"
    assert " ".join(line.strip() for line in rest) == "goes on with a run"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_and_a_pipe_the_text_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = "Words:\n  run=latest  the run: latest\n  python train.py model=gru  names\n\n  of prose"
    shown = {}
    for kind in (io.StringIO, Terminal):
        stream = kind()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            show_help(text)
        shown[kind] = stream.getvalue()
    assert shown[io.StringIO] == f"{text}\n"
    assert re.sub("\x1b\\[[0-9;]*m", "", shown[Terminal]) == f"{text}\n"
    coloured = re.findall("\x1b\\[[0-9;]*[1-9][0-9;]*m(.*?)\x1b", shown[Terminal])
    assert coloured == ["Words:", "  run=", "  python train.py model=gru"]
