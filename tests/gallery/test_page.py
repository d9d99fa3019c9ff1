"""The gallery's page: self-contained, escaped, and silent in a browser."""

import re
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from charlab.gallery.files import write_gallery
from charlab.gallery.page import Drawn, Heading, gallery_page
from tests.support.browser import needs_browser, visit
from tests.support.gallery_pictures import EVIL, hostile_pictures


@needs_browser
def test_a_browser_finds_nothing_to_complain_of_and_loads_nothing(tmp_path: Path) -> None:
    heading = Heading(EVIL, [(EVIL, EVIL)], EVIL)
    gallery = write_gallery(hostile_pictures(), tmp_path / "look", heading)
    page = gallery.page.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)
    elements, console = visit(page, tmp_path, "--blink-settings=preferredColorScheme=0")
    assert console == []
    assert "<img" not in elements
    assert "<script" not in elements
    assert "<title>hacked" not in elements
    assert "default-src 'none'" in elements
    assert elements.count("<svg") == 3
    screen = np.asarray(Image.open(tmp_path / "screen.png").convert("RGB"))
    assert (screen[0, 0] == (21, 24, 29)).all()  # the dark palette's paper


def test_the_page_says_when_it_was_written_and_what_makes_it_again() -> None:
    heading = Heading("a \udcff", command="charlab look run=latest")
    page = gallery_page([Drawn(one) for one in hostile_pictures()], heading, datetime(2026, 3, 4))
    assert "Written by charlab, 2026-03-04 00:00" in page
    assert "<code>charlab look run=latest</code>" in page
    assert "hacked'</script>" not in page
    assert page.encode()  # though a file's name was no Unicode
