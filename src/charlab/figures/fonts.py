"""Fonts for every script: those that are installed, and the package that brings the others."""

import contextlib
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from charlab.system.terminal import warn

Drawn = TypeVar("Drawn")

_MISSING = re.compile(r"Glyph (\d+) .*missing from")
_EAST_ASIAN = ("Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Fullwidth", "Halfwidth")
_RENAMED = {"Cjk": "Han", "Ideographic": "Han", "Kangxi": "Han"}
_said: set[str] = set()


def draw_in_any_script(figure: Figure, draw: Callable[[], Drawn]) -> Drawn:
    """Draws a figure, again with further fonts where its own lack characters.

    Where no installed font has them boxes stand for them: the figure and a line on the screen then
    say what to install.

    Args:
        figure: what is drawn.
        draw: draws it.
    """
    drawn, missing = _attempt(draw)
    if not missing:
        return drawn
    fonts, missing = covering_fonts(missing)
    for text in figure.findobj(Text):
        text.set_fontfamily([*text.get_fontfamily(), *fonts])
    scripts, packages = font_hint(missing)
    if scripts:
        hint = f"no installed font has {scripts}: apt install {packages}"
        figure.supxlabel(f"boxes: {hint}", fontsize=8, wrap=True)
        if hint not in _said:
            _said.add(hint)
            warn(f"boxes stand for letters in a figure; {hint} (elsewhere Google's Noto fonts)")
    return _attempt(draw)[0]


def _attempt(draw: Callable[[], Drawn]) -> tuple[Drawn, set[str]]:
    """What is drawn, and the characters that the fonts lack."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        drawn = draw()
    found = (_MISSING.match(str(warning.message)) for warning in said)
    return drawn, {chr(int(match[1])) for match in found if match}


def covering_fonts(characters: Iterable[str]) -> tuple[list[str], set[str]]:
    """The fewest installed fonts (nearly) that have the characters, and what none of them has.

    Fonts that were installed after matplotlib listed them are found, too.
    """
    missing, families = set(characters), []
    for fonts in (_listed, _unlisted):
        known = {font.name: _glyphs(font, missing) for font in sorted(fonts(), key=_plainness)}
        while missing and known:
            best = max(known, key=lambda name: len(known[name] & missing))
            if not known[best] & missing:
                break
            families.append(best)
            missing -= known[best]
    return families, missing


def font_hint(missing: Iterable[str]) -> tuple[str, str]:
    """The scripts of characters that no font has, and the packages of Debian with fonts for them.

    What is not seen, or has no name in Unicode, needs no font.
    """
    seen = (char for char in missing if unicodedata.category(char)[0] != "C")
    scripts = sorted({_script(char) for char in seen})
    return ", ".join(scripts), " ".join(sorted({_package(script) for script in scripts}))


def _script(char: str) -> str:
    if unicodedata.category(char)[0] in "SP" and ord(char) >= 0x2000:
        wide = unicodedata.east_asian_width(char) in "WF" and ord(char) < 0x10000
        return "Han" if wide and ord(char) >= 0x2E80 else "symbols"
    word = re.split(r"[ -]", unicodedata.name(char, "other"))[0].capitalize()
    return _RENAMED.get(word, word)


def _package(script: str) -> str:
    if script in _EAST_ASIAN:
        return "fonts-noto-cjk"
    return "fonts-symbola" if script == "symbols" else "fonts-noto-core"


def _listed() -> list[FontEntry]:
    return [font for font in font_manager.fontManager.ttflist if "Last Resort" not in font.name]


def _unlisted() -> list[FontEntry]:
    """Lists fonts that matplotlib's own list, which is kept in a file, does not hold yet."""
    manager = font_manager.fontManager
    known = {Path(font.fname) for font in manager.ttflist}
    before = len(manager.ttflist)
    for path in font_manager.findSystemFonts():
        if Path(path) not in known:
            with contextlib.suppress(Exception):  # a damaged font, or one of another kind
                manager.addfont(path)
    return manager.ttflist[before:]


def _plainness(font: FontEntry) -> tuple[bool, bool, bool, bool, bool, str]:
    """Sorts upright fonts without serifs, of usual weight, before others."""
    words = font.name.split()
    return (
        font.style != "normal" or font.weight not in (400, "normal", "regular", "book"),
        "Sans" not in words,
        "Mono" in words,
        "Noto" not in words,
        "JP" not in words,  # of one family's national forms
        font.name,
    )


def _glyphs(font: FontEntry, characters: Iterable[str]) -> set[str]:
    """Those of the characters that a font has; none if its file is gone, or no font."""
    try:
        face = FT2Font(font.fname, face_index=font.index)
    except (OSError, RuntimeError):
        return set()
    return {char for char in characters if face.get_char_index(ord(char))}


def outline(char: str) -> bytes | None:
    """The shape of a character in matplotlib's own font; None if that font lacks it."""
    face = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    if not face.get_char_index(ord(char)):
        return None
    face.load_char(ord(char))
    vertices, _ = face.get_path()
    return vertices.tobytes() or None
