"""A gallery as files: a failure costs one picture, and a folder is a folder."""

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markupsafe import Markup
from matplotlib.figure import Figure
from PIL import Image

from charlab.errors import DataError, RunError
from charlab.figures.picture import Part, Picture
from charlab.gallery.files import PAGE, write_gallery
from charlab.gallery.page import Heading
from tests.support.gallery_pictures import hostile_pictures, plain_figure


def test_each_picture_is_a_file_and_a_failure_costs_only_itself(tmp_path: Path) -> None:
    told: list[tuple[str, int, str]] = []
    gallery = write_gallery(
        hostile_pictures(),
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
    assert f"Written by charlab, {datetime.now():%Y-%m-%d}" in page


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_files_are_of_the_format_that_was_asked_for(tmp_path: Path, file_format: str) -> None:
    pictures = [Picture("a-b", "", "", lambda: [plain_figure()], "")]
    gallery = write_gallery(pictures, tmp_path, Heading("a"), file_format=file_format)
    (path,) = gallery.files["a-b"]
    assert path == tmp_path / f"a-b.{file_format}"
    if file_format == "png":
        with Image.open(path) as image:
            assert (image.format, image.size) == ("PNG", (400, 300))  # 4 × 3 inches, 100 to each
    else:
        tree = ElementTree.parse(path)
        assert (tree.getroot().get("width"), tree.getroot().get("height")) == ("288pt", "216pt")
        assert not list(tree.iter("{http://www.w3.org/2000/svg}text"))  # shapes: no font is needed


def test_what_a_page_has_as_text_is_a_figure_in_the_file_alone(tmp_path: Path) -> None:
    parts: list[Part] = [Markup("<p>text</p>"), plain_figure()]
    both = [
        Picture(f"is-{is_text}", "", "", lambda: parts, "", is_text=is_text)
        for is_text in (False, True)
    ]
    gallery = write_gallery(both, tmp_path, Heading("a"))
    assert [len(files) for files in gallery.files.values()] == [1, 1]
    page = gallery.page.read_text(encoding="utf-8")
    assert (page.count("<p>text</p>"), page.count("<svg")) == (2, 1)


@pytest.mark.parametrize("is_text", [False, True])
def test_a_figure_that_fails_only_when_it_is_drawn_costs_its_picture(
    tmp_path: Path, is_text: bool
) -> None:
    def broken() -> list[Part]:
        figure = Figure(figsize=(1, 1))
        figure.text(0, 0, r"$\frac$")  # no formula
        return [Markup("<p>text</p>"), figure]

    pictures = [
        Picture("broken", "", "", broken, "", is_text=is_text),
        Picture("whole", "", "", lambda: [Markup("<p>whole</p>")], ""),
    ]
    gallery = write_gallery(pictures, tmp_path, Heading("a"))
    assert gallery.files == {"broken": [], "whole": []}
    assert set(gallery.faults) == {"broken"}
    assert "\n" not in gallery.faults["broken"]
    assert "<p>whole</p>" in gallery.page.read_text(encoding="utf-8")


def test_drawing_again_leaves_no_figure_that_a_picture_has_no_more(tmp_path: Path) -> None:
    for counts in ({"a": 2, "b": 1, "c": 1}, {"a": 1, "b": 0}):
        pictures = [
            Picture(name, "", "", lambda count=count: [plain_figure() for _ in range(count)], "")
            for name, count in counts.items()
        ]
        write_gallery(pictures, tmp_path, Heading("a"), file_format="svg")
        (tmp_path / "a.png").touch()  # of another format, which was asked for before
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {PAGE, "a.svg", "a.png", "c.svg"}  # of what was not drawn, all stays


def test_what_the_user_can_mend_is_said_in_its_own_words(tmp_path: Path) -> None:
    def refuses() -> list[Part]:
        raise DataError("there is too little text", "give more")

    gallery = write_gallery([Picture("a", "", "", refuses, "")], tmp_path, Heading("a"))
    assert gallery.faults == {"a": "there is too little text; give more"}


def test_no_pictures_are_a_page_all_the_same(tmp_path: Path) -> None:
    gallery = write_gallery([], tmp_path / "new" / "folder", Heading("träume"))
    assert (gallery.files, gallery.faults) == ({}, {})
    assert "<h1>träume</h1>" in gallery.page.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="give another folder by output=") as caught:
        write_gallery(hostile_pictures()[3:], tmp_path / "file", Heading("a"))
    assert str(tmp_path / "file") in str(caught.value)
    assert len(caught.value.lines) == 1
