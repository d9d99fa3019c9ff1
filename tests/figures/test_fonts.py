"""Scripts that matplotlib's own font has, that an installed one has, and that none has."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from charlab.figures import fonts, spare, to_image, to_png
from charlab.figures.fonts import covering_fonts, font_hint, outline

DEJAVU = Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf")
HAN, HANGUL, DEVANAGARI, PRIVATE = "\u65e5", "\ud55c", "\u0939", "\ue123"


@pytest.fixture
def machine(monkeypatch):
    """A machine with DejaVu alone; what is put into ``files`` has been installed since."""
    own = [font for font in font_manager.fontManager.ttflist if font.fname == str(DEJAVU)]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)
    monkeypatch.setattr(fonts, "_said", set())
    found = SimpleNamespace(files=[], said=[])
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(DEJAVU), *found.files])
    monkeypatch.setattr(fonts, "warn", found.said.append)
    yield found
    font_manager._get_font.cache_clear()
    font_manager.fontManager._findfont_cached.cache_clear()


def font_with(path, name, characters):
    """Writes a font in which each of the characters is a filled square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 800), (800, 800), (800, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(char): "square" for char in characters})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2(usWeightClass=400)
    builder.setupPost()
    builder.save(path)
    return str(path)


def figure_of(text):
    figure = Figure(figsize=(4, 2), dpi=60, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(text)
    axes.set_xticks([0, 1], [text, "a"])
    return figure


def said_in(figure):
    return [text.get_text() for text in figure.findobj(Text) if "apt install" in text.get_text()]


def test_what_no_font_has_is_hinted_at_once_and_in_every_figure(machine):
    hint = (
        "no installed font has Devanagari, Han, Hangul: apt install fonts-noto-cjk fonts-noto-core"
    )
    for _ in range(2):
        figure = figure_of(f"é {HAN}{HANGUL} {DEVANAGARI}")
        assert to_png(figure).startswith(b"\x89PNG")
        assert said_in(figure) == [f"boxes: {hint}"]
    (line,) = machine.said
    assert hint in line


def test_a_font_that_was_installed_after_matplotlib_listed_its_fonts_is_found(machine, tmp_path):
    machine.files = [
        font_with(tmp_path / "h.ttf", "Some Sans CJK", [HAN, HANGUL]),
        font_with(tmp_path / "d.ttf", "Some Sans Devanagari", [DEVANAGARI]),
    ]
    figure = figure_of(f"{HAN}{HANGUL} {DEVANAGARI}")
    pixels = to_image(figure)
    assert (machine.said, said_in(figure)) == ([], [])
    title = figure.axes[0].title.get_fontfamily()
    assert title[-2:] == ["Some Sans CJK", "Some Sans Devanagari"]
    assert figure.axes[0].get_xticklabels()[0].get_fontfamily() == title
    assert (pixels[:20] < 50).all(axis=-1).sum() > 100  # filled squares, no outlined boxes


def test_one_font_for_all_is_taken_before_several_and_a_plain_one_before_others(machine, tmp_path):
    machine.files = [
        font_with(tmp_path / "1.ttf", "A Serif", [HAN, HANGUL]),
        font_with(tmp_path / "2.ttf", "B Sans", [HAN]),
        font_with(tmp_path / "3.ttf", "C Sans", [HAN, HANGUL]),
    ]
    shutil.copy(__file__, tmp_path / "4.ttf")  # no font at all
    machine.files.append(str(tmp_path / "4.ttf"))
    assert covering_fonts([HAN, HANGUL, DEVANAGARI]) == (["C Sans"], {DEVANAGARI})
    (tmp_path / "3.ttf").unlink()  # still listed
    assert covering_fonts([HAN, HANGUL])[0] == ["A Serif"]


def test_scripts_that_need_no_further_font_say_nothing(machine):
    figure = figure_of("Aé Жд αω שלום محمد e\u0301 հայ ქართ")
    to_png(figure)
    assert (machine.said, said_in(figure)) == ([], [])


@pytest.mark.parametrize(
    ("characters", "scripts", "packages"),
    [
        ("\u3042\u30a2\u4e2d\u3001\uff21", "Fullwidth, Han, Hiragana, Katakana", "fonts-noto-cjk"),
        ("\u0e01\u0939", "Devanagari, Thai", "fonts-noto-core"),
        ("\U0001f680", "symbols", "fonts-symbola"),
        (PRIVATE + "\u200d\ud800", "", ""),
        ("", "", ""),
    ],
)
def test_which_package_has_which_script(characters, scripts, packages):
    assert font_hint(characters) == (scripts, packages)


def test_outlines_tell_look_alikes():
    assert outline("a") == outline("\u0430") != outline("b")
    assert outline(HAN) is None
    assert outline(" ") is None


def test_a_figure_that_fails_costs_a_line(monkeypatch):
    said = []
    monkeypatch.setattr("charlab.figures.warn", said.append)
    with spare("curves.png"):
        raise ValueError("no\nroom")
    with spare("x"):
        raise MemoryError
    assert said == [
        "cannot draw curves.png: no room; all else goes on",
        "cannot draw x: MemoryError; all else goes on",
    ]
    with pytest.raises(KeyboardInterrupt), spare("x"):
        raise KeyboardInterrupt
