"""The README's pictures: what stays on a screen, and files that are light enough."""

import re

from docs.draw_gallery import GALLERY, HEAVIEST, TERMINALS, rows_of, without_parts
from tests.support.shell import ROOT


def test_what_stays_on_the_screen() -> None:
    bar = "\x1b[?25l\r\x1b[2K1%\r\x1b[2K50%"
    done = "\r\x1b[2K\x1b[1mepoch\x1b[0m\nbar 100%\n\x1b[?25h\x1b[1A\x1b[2Ksamples\nend\n"
    assert rows_of(f"first\n{bar}{done}") == [
        "first",
        "\x1b[1mepoch\x1b[0m",
        "samples",
        "end",
        "",
    ]


def test_a_part_becomes_a_mark() -> None:
    rows = ["a", "\x1b[1mb\x1b[0m", "c", "d", "b"]
    assert without_parts(rows, [("b", "d")]) == ["a", "\x1b[2m  ⋮\x1b[0m", "d", "\x1b[2m  ⋮\x1b[0m"]
    assert without_parts(rows, []) == rows


def test_pictures_are_light_and_shown() -> None:
    sizes = {path.name: path.stat().st_size for path in GALLERY.iterdir()}
    assert sizes.keys() >= {f"{terminal.name}.svg" for terminal in TERMINALS}
    assert max(sizes.values()) <= HEAVIEST
    assert sum(sizes.values()) < 1_200_000
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        name
        for page in pages
        for name in re.findall(r"gallery/([\w.]+)\)", page.read_text("utf-8"))
    }
    assert shown == sizes.keys()


def test_terminals_bring_no_fonts() -> None:
    for path in GALLERY.glob("*.svg"):
        assert "@font-face" not in path.read_text("utf-8")
