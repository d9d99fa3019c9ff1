import hashlib
import zipfile

import pytest

from charlab.data.documents.document import Document, LongDocument
from charlab.data.documents.files.download import Download
from charlab.data.documents.sources import Request, classics, read_source
from charlab.data.documents.sources.names_tutorial import NAMES_TUTORIAL
from charlab.errors import DataError

ALL = ["tiny_shakespeare", "names_tutorial", "makemore_names", "text8", "enwik8", "penn_treebank"]


def pin(site, path: str, data: bytes) -> Download:
    site.files[path] = data
    return Download(site.address + path, hashlib.sha256(data).hexdigest())


def texts(documents) -> list[tuple[str, str | None]]:
    """The whole text and the split of each document, long or not."""
    return [
        ("".join(d.pieces()) if isinstance(d, LongDocument) else d.text, d.split) for d in documents
    ]


def test_addresses_are_pinned():
    pins = [classics.TINY_SHAKESPEARE, classics.MAKEMORE_NAMES, classics.TEXT8, classics.ENWIK8]
    pins += [*NAMES_TUTORIAL, *classics.PENN_TREEBANK.values()]
    assert len(pins) == 4 + 18 + 3
    assert len({each.sha256 for each in pins}) == len(pins)
    for each in pins:
        assert len(bytes.fromhex(each.sha256)) == 32
        host = each.url.split("/")[2]
        if host == "raw.githubusercontent.com":  # at a commit, so that the bytes cannot change
            assert len(bytes.fromhex(each.url.split("/")[5])) == 20
        else:
            assert host == "mattmahoney.net"


@pytest.mark.parametrize("name", ALL)
def test_each_has_a_configuration(compose_options, name):
    dataset = compose_options(f"dataset={name}").dataset
    assert (dataset.name, dataset.source, dataset.path, dataset.url) == (name, name, None, None)


def test_a_text_from_a_mirror(site, monkeypatch):
    pinned = pin(site, "/x/input.txt", b"First Citizen:\nBefore we proceed\n")
    monkeypatch.setattr(classics, "TINY_SHAKESPEARE", pinned)
    mirror = Request(url=f"{site.address}/x/")
    documents = list(read_source("tiny_shakespeare", mirror))
    assert documents == [Document("First Citizen:\nBefore we proceed\n")]
    assert list(read_source("tiny_shakespeare", Request())) == documents
    assert site.asked == ["/x/input.txt"]


def test_names_from_a_mirror(site, monkeypatch):
    pinned = [pin(site, "/names/Thai.txt", b"Ann\nBo\n"), pin(site, "/names/Czech.txt", b"Eva")]
    monkeypatch.setattr(classics, "NAMES_TUTORIAL", pinned)
    assert list(read_source("names_tutorial", Request(url=f"{site.address}/names"))) == [
        Document("Eva", "Czech"),
        Document("Ann", "Thai"),
        Document("Bo", "Thai"),
    ]
    monkeypatch.setattr(classics, "MAKEMORE_NAMES", pinned[0])
    assert list(read_source("makemore_names", Request())) == [Document("Ann"), Document("Bo")]


@pytest.mark.parametrize("name", ALL)
def test_a_file_of_one_s_own_is_read_in_the_place_of_the_download(site, tmp_path, name):
    (tmp_path / "mine.txt").write_text("mine")
    request = Request(str(tmp_path / "mine.txt"), url=f"{site.address}/never")
    assert list(read_source(name, request)) == [Document("mine")]
    assert site.asked == []


@pytest.mark.parametrize("name", ALL)
def test_without_a_network_a_line_says_how_to_go_on(site, name):
    with pytest.raises(DataError) as error:
        list(read_source(name, Request(url="http://127.0.0.1:1/")))
    message = str(error.value)
    assert message.startswith(f"dataset={name} cannot be downloaded: http://127.0.0.1:1/")
    assert "\n" not in message
    assert "dataset.path=F" in message


@pytest.fixture
def hundred(monkeypatch):
    monkeypatch.setattr(classics, "HUNDRED_MILLION", {"train": 90, "val": 5, "test": 5})


@pytest.mark.parametrize("name", ["text8", "enwik8"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_standard_split(site, tmp_path, monkeypatch, hundred, name, packed):
    data = bytes(range(97, 122)) * 4
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        archive.writestr(name, data)
    pinned = pin(site, "/it.zip", (tmp_path / "it.zip").read_bytes())
    monkeypatch.setattr(classics, name.upper(), pinned)
    (tmp_path / "plain").write_bytes(data)
    request = Request() if packed else Request(str(tmp_path / "plain"))
    text = data.decode()
    expected = [(text[:90], "train"), (text[90:95], "val"), (text[95:], "test")]
    documents = list(read_source(name, request))
    assert texts(documents) == expected == texts(documents)
    assert len({document.identity for document in documents}) == 3


def test_newlines_and_marks_stay_in_a_benchmark(tmp_path, hundred):
    data = b"\xef\xbb\xbf" + b"a\r\n" * 32 + b"\r"
    (tmp_path / "enwik8").write_bytes(data)
    parts = texts(read_source("enwik8", Request(str(tmp_path / "enwik8"))))
    assert "".join(text for text, _ in parts).encode() == data
    assert [len(text.encode()) for text, _ in parts] == [90, 5, 5]


@pytest.mark.parametrize("shift", range(8))
def test_a_border_inside_of_a_character_moves_to_its_end(tmp_path, hundred, shift):
    text = "x" * shift + "😀é佐" * 20
    data = text.encode()[:100]
    data = data.decode("utf-8", "ignore").encode().ljust(100, b".")
    (tmp_path / "enwik8").write_bytes(data)
    parts = texts(read_source("enwik8", Request(str(tmp_path / "enwik8"))))
    assert [split for _, split in parts] == ["train", "val", "test"]
    sizes = [len(part.encode()) for part, _ in parts]
    assert "".join(part for part, _ in parts) == data.decode()
    assert 90 <= sizes[0] < 94
    assert 95 <= sizes[0] + sizes[1] < 99


def test_another_size_is_free_text(tmp_path, hundred):
    (tmp_path / "mine").write_text("a" * 99)
    assert list(read_source("text8", Request(str(tmp_path / "mine")))) == [Document("a" * 99)]


def test_the_three_files_of_the_penn_treebank(site, tmp_path, monkeypatch):
    parts = {
        "train": pin(site, "/data/ptb.train.txt", b" no it was n't black monday \n"),
        "val": pin(site, "/data/ptb.valid.txt", b" consumers may want to \n"),
        "test": pin(site, "/data/ptb.test.txt", b" N <unk> \n"),
    }
    monkeypatch.setattr(classics, "PENN_TREEBANK", parts)
    expected = [
        Document(" no it was n't black monday \n", None, "train"),
        Document(" consumers may want to \n", None, "val"),
        Document(" N <unk> \n", None, "test"),
    ]
    assert list(read_source("penn_treebank", Request())) == expected
    folder = tmp_path / "cache" / "downloads" / "penn_treebank"
    assert list(read_source("penn_treebank", Request(str(folder)))) == expected
    (folder / "ptb.test.txt").unlink()
    with pytest.raises(DataError, match=r"lacks ptb\.test\.txt, the test part"):
        list(read_source("penn_treebank", Request(str(folder))))
