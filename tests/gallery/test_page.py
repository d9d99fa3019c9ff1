"""The gallery's page: self-contained, escaped, and silent in a browser."""

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from markupsafe import Markup
from matplotlib.figure import Figure
from PIL import Image

from charlab.errors import ConfigError, RunError
from charlab.figures.confusion import confusion_figure
from charlab.figures.picture import Picture
from charlab.gallery.files import PAGE, write_gallery
from charlab.gallery.page import Heading
from charlab.gallery.selection import chosen
from tests.support.browser import needs_browser, visit

EVIL = "<img src=x onerror=document.title='hacked'><script>document.title='hacked'</script>"


def plain_figure() -> Figure:
    figure = Figure(figsize=(4, 3))
    figure.add_subplot().set_title(EVIL, parse_math=False)
    return figure


def fails() -> list[Figure]:
    raise ValueError(EVIL)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    matrix = confusion_figure(np.array([[3, 1], [0, 9]]), [EVIL, "b"])
    text = Markup('<p class="coloured"><span class="heat-4">{}</span></p>').format(EVIL)
    return [
        Picture("one", EVIL, EVIL, lambda: [plain_figure(), text], EVIL),
        Picture("two", "Two", "words", lambda: [plain_figure(), matrix], "data"),
        Picture("three", "Three", "words", fails, EVIL),
        Picture("four", "Four", "words", list, "data"),
    ]


def test_each_picture_is_a_file_and_a_failure_costs_only_itself(
    pictures: list[Picture], tmp_path: Path
) -> None:
    told: list[tuple[str, int, str]] = []
    gallery = write_gallery(
        pictures,
        tmp_path / "look",
        Heading("a"),
        file_format="svg",
        on_picture=lambda picture, files, fault: told.append((picture.name, len(files), fault)),
    )
    assert {path.name for path in (tmp_path / "look").iterdir()} == {
        PAGE,
        "one.svg",
        "two.svg",
        "two-2.svg",
    }
    assert told[:2] == [("one", 1, ""), ("two", 2, "")]
    assert told[2][2].startswith("ValueError: ")
    assert told[3] == ("four", 0, "there is nothing to show")
    assert set(gallery.faults) == {"three", "four"}
    page = gallery.page.read_text(encoding="utf-8")
    assert page.count("<h2>") == 2  # what is about the same stands together
    assert page.index('id="three"') < page.index('id="two"')


def test_what_a_page_has_as_text_is_a_figure_in_the_file_alone(tmp_path: Path) -> None:
    parts = [Markup("<p>text</p>"), plain_figure()]
    both = [
        Picture(f"is-{is_text}", "", "", lambda: parts, "", is_text=is_text)
        for is_text in (False, True)
    ]
    gallery = write_gallery(both, tmp_path, Heading("a"))
    assert [len(files) for files in gallery.files.values()] == [1, 1]
    page = gallery.page.read_text(encoding="utf-8")
    assert (page.count("<p>text</p>"), page.count("<svg")) == (2, 1)


def test_a_folder_that_cannot_be_written_is_one_line(
    pictures: list[Picture], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="give another folder by output="):
        write_gallery(pictures, tmp_path / "file", Heading("a"))


@needs_browser
def test_a_browser_finds_nothing_to_complain_of_and_loads_nothing(
    pictures: list[Picture], tmp_path: Path
) -> None:
    heading = Heading(EVIL, [(EVIL, EVIL)], EVIL)
    page = write_gallery(pictures, tmp_path / "look", heading).page.read_text(encoding="utf-8")
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


def test_the_page_says_when_it_was_written(pictures: list[Picture], tmp_path: Path) -> None:
    page = write_gallery(pictures[3:], tmp_path, Heading("a")).page.read_text(encoding="utf-8")
    assert f"Written by charlab, {datetime.now():%Y-%m-%d}" in page


def test_pictures_are_chosen_by_name(pictures: list[Picture]) -> None:
    assert [picture.name for picture in chosen(pictures, ["two", "one"])] == ["one", "two"]
    assert chosen(pictures, ["all"]) == pictures
    with pytest.raises(ConfigError, match=r"pictures=tow: .* did you mean 'two'"):
        chosen(pictures, ["tow"])
