"""What files lie where means, in folders and in archives."""

import os
import zipfile
from pathlib import Path

import pytest

from charlab.data.documents.files.arrangement import label_of
from charlab.data.documents.files.entries import Entry
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError

Said = list[tuple[str, str | None, str | None]]


def lay(folder: Path, names: str, pack: str) -> str:
    """Files that hold their own names, in a folder or an archive."""
    if pack == "zip":
        with zipfile.ZipFile(folder / "all.zip", "w") as archive:
            for name in names.split():
                archive.writestr(name, name)
        return str(folder / "all.zip")
    for name in names.split():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return str(folder)


def read(path: str, source: str, *, classify: bool) -> tuple[Said, str]:
    """Each document's text, label and part, by its text; and what was said."""
    said: list[str] = []
    request = Request(path, labelled=classify, remark=said.append)
    return sorted((d.text, d.label, d.split) for d in read_source(source, request)), "; ".join(said)


CASES = [
    # (files, labels where they are needed, what is left out)
    ("pos/1.txt neg/1.txt README.txt", "neg pos", "README.txt"),
    ("pos/1.txt neg/2.txt notes.txt", "neg pos", "notes.txt"),
    ("a/pos/x.txt a/neg/x.txt b/pos/x.txt b/neg/x.txt", "neg pos neg pos", ""),
    ("d/pos/1.txt d/neg/1.txt d/README", "neg pos", "README"),
    ("README x/pos/1.txt x/neg/1.txt", "neg pos", "README"),
    ("austen/emma.txt dickens/twist.txt dickens/dorrit.txt", "austen dickens dickens", ""),
    ("Thai.txt Zulu.txt LICENSE", "Thai Zulu", "LICENSE"),
    ("train/pos/1.txt train/neg/1.txt test/pos/1.txt test/neg/1.txt", "neg pos neg pos", ""),
    ("x/train/a.txt x/train/b.txt x/dev/a.txt x/about.md", "a a b", "about.md"),
    ("pos/train/1.txt neg/train/1.txt pos/test/1.txt neg/test/1.txt", "neg neg pos pos", ""),
    ("pos/train.txt neg/train.txt pos/valid.txt neg/valid.txt", "neg neg pos pos", ""),
]


@pytest.mark.parametrize("pack", ["folder", "zip"])
@pytest.mark.parametrize(("files", "labels", "left"), CASES)
def test_labels_and_parts_by_place(
    tmp_path: Path, files: str, labels: str, left: str, pack: str
) -> None:
    found, said = read(lay(tmp_path, files, pack), "text", classify=True)
    assert [label for _, label, _ in found] == labels.split()
    assert ("left out: " in said) == bool(left)
    assert left in said
    parts = {"train": None, "test": "test", "valid": "val", "dev": "val"}
    for text, _, split in found:
        named = [parts[word] for word in text.replace(".", "/").split("/") if word in parts]
        assert [split] == (named or [None])


@pytest.mark.parametrize("pack", ["folder", "zip"])
def test_to_generate_all_but_what_is_about_the_rest_is_read(tmp_path: Path, pack: str) -> None:
    path = lay(tmp_path, "pos/1.txt neg/1.txt notes.txt README.md", pack)
    found, said = read(path, "text", classify=False)
    assert [label for _, label, _ in found] == [None] * 3
    assert said == "labels are left aside: no folder names one of 'notes.txt'; left out: " + (
        "'README.md'"
    )


@pytest.mark.parametrize("names", ["train.txt valid.txt test.txt", "train/a.txt val/b.txt test/c"])
def test_parts_of_text_without_labels(tmp_path: Path, names: str) -> None:
    found, _ = read(lay(tmp_path, names, "folder"), "text", classify=False)
    assert [(label, split) for _, label, split in found] == [
        (None, "test"),
        (None, None),
        (None, "val"),
    ]


def test_labels_that_no_file_is_given_are_not_told_of(tmp_path: Path) -> None:
    path = lay(tmp_path, "train/x/1.txt train/y/1.txt test/z/1.txt", "folder")
    found, said = read(path, "text", classify=False)
    assert ([label for _, label, _ in found], said) == ([None] * 3, "")


@pytest.mark.parametrize(
    ("files", "readings"),
    [
        ("a.txt sub/b.txt", ["the files ('a', 'b')", "directly above the files ('sub')"]),
        (
            "x/p/a.txt x/q/b.txt y/p/c.txt",
            ["the outermost folders ('x', 'y')", "directly above the files ('p', 'q')"],
        ),
    ],
)
def test_two_readings_are_refused(tmp_path: Path, files: str, readings: list[str]) -> None:
    path = lay(tmp_path, files, "folder")
    with pytest.raises(DataError, match="it is open what the labels are") as error:
        read(path, "text", classify=True)
    assert "\n" not in str(error.value)
    assert all(reading in str(error.value) for reading in readings)
    assert len(read(path, "text", classify=False)[0]) == len(files.split())


PAIRS = "eng-fra.txt names/Thai.txt names/Zulu.txt"


@pytest.mark.parametrize("pack", ["folder", "zip"])
def test_names_are_the_folder_with_several_files(tmp_path: Path, pack: str) -> None:
    path = lay(tmp_path, f"{PAIRS} names/notes.pdf", pack)
    found, said = read(path, "names", classify=True)
    assert [label for _, label, _ in found] == ["Thai", "Zulu"]
    assert said == "left out: 'eng-fra.txt', 'names/notes.pdf'"
    assert read(f"{path}/names", "names", classify=True)[0] == found
    assert len(read(f"{path}/eng-fra.txt", "names", classify=False)[0]) == 1


@pytest.mark.parametrize("pack", ["folder", "zip"])
def test_names_at_two_places_are_refused(tmp_path: Path, pack: str) -> None:
    path = lay(tmp_path, f"{PAIRS} more/Ido.txt more/Uto.txt", pack)
    with pytest.raises(DataError, match=r"open which files of names .*: 'eng-fra.txt' or 'more"):
        read(path, "names", classify=False)


def test_names_in_parts_and_in_folders_of_their_own(tmp_path: Path) -> None:
    path = lay(tmp_path, "train/Thai.txt train/Twi.txt test/Thai.txt", "folder")
    assert read(path, "names", classify=True)[0] == [
        ("test/Thai.txt", "Thai", "test"),
        ("train/Thai.txt", "Thai", None),
        ("train/Twi.txt", "Twi", None),
    ]
    path = lay(tmp_path / "other", "Thai/names.txt Twi/names.txt", "folder")
    assert [label for _, label, _ in read(path, "names", classify=True)[0]] == ["Thai", "Twi"]


def test_what_is_passed_over_is_named(tmp_path: Path) -> None:
    path = lay(tmp_path, "a.txt b.txt .hidden", "folder")
    (tmp_path / "blank.txt").touch()
    (tmp_path / "circle").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    found, said = read(path, "text", classify=False)
    assert len(found) == 2
    assert said == (
        "left out: '.hidden', 'circle', 'pipe'; left out, for nothing is in it: 'blank.txt'"
    )


def test_a_folder_that_an_archive_lacks(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no 'nmaes' to read"):
        read(f"{lay(tmp_path, PAIRS, 'zip')}/nmaes", "names", classify=False)


@pytest.mark.parametrize(
    ("name", "label"),
    [("a/Thai.txt", "Thai"), ("Gro\u0308ße.v2.txt", "Größe.v2"), ("noend", "noend")],
)
def test_labels_are_the_name_without_its_ending(name: str, label: str) -> None:
    assert label_of(Entry(Path(name), Path(name).parts)) == label
