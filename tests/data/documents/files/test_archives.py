import gzip
import os
import zipfile

import pytest

from charlab.data.documents.document import Document
from charlab.data.documents.files import opening
from tests.support.reading import PACKERS, make_zip, read, refused

# Single files


@pytest.mark.parametrize("ending", PACKERS)
def test_a_compressed_file_is_read_in_place(tmp_path, ending):
    text = "Grüße\nund mehr\n" * 3
    (tmp_path / f"Greek.txt{ending}").write_bytes(PACKERS[ending](text.encode()))
    assert read(tmp_path / f"Greek.txt{ending}") == [Document(text)]
    assert read(tmp_path) == [Document(text, "Greek")]
    assert read(tmp_path, "names")[:2] == [
        Document("Grüße", "Greek"),
        Document("und mehr", "Greek"),
    ]


def test_undecodable_bytes_are_counted_in_the_unpacked_file(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"x" * 100 + b"\xe9"))
    assert "byte 0xe9 at offset 100; choose the encoding" in refused(tmp_path / "a.txt.gz")


# Archives


def test_an_archive_is_a_folder(tmp_path):
    members = {"p/b.txt": "B", "p/a.txt": "A", "p/x/c.md": "C", "p/empty.txt": " "}
    hidden = {"p/.d": "D", "__MACOSX/p/a.txt": "M", "p/": "", ".git/a.txt": "G"}
    archive = make_zip(tmp_path / "poems.zip", members | hidden)
    documents = [Document("A", "a"), Document("B", "b"), Document("C", "c")]
    assert read(archive) == documents
    assert read(tmp_path) == documents


def test_folders_in_an_archive_are_labels(tmp_path):
    members = {"data/neg/1.txt": "bad", "data/pos/1.txt": "good", "data/pos/2.txt": "fine"}
    archive = make_zip(tmp_path / "reviews.zip", members)
    assert read(archive) == [
        Document("bad", "neg"),
        Document("good", "pos"),
        Document("fine", "pos"),
    ]


def test_names_in_an_archive(tmp_path):
    members = {"data/names/Thai.txt": "Ann\nBo\n", "data/names/Greek.txt": "Eva"}
    names = read(make_zip(tmp_path / "names.zip", members), "names")
    assert names == [Document("Eva", "Greek"), Document("Ann", "Thai"), Document("Bo", "Thai")]


def test_archives_of_windows_may_have_backslashes(tmp_path):
    members = {"a\\1.txt": "one", "b\\2.txt": "two"}
    archive = make_zip(tmp_path / "w.zip", members)
    assert read(archive) == [Document("one", "a"), Document("two", "b")]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "a/../../evil.txt",
        "/etc/evil.txt",
        "C:\\evil.txt",
        "..\\evil.txt",
        "\\\\h\\x",
    ],
)
def test_a_path_that_climbs_out_is_refused(tmp_path, name):
    archive = make_zip(tmp_path / "a.zip", {"good.txt": "good", name: "evil"})
    message = refused(archive)
    assert f"a.zip' holds {name!r}, a path that climbs out of its folder" in message
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.zip"]


def test_links_in_an_archive_are_passed_over(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"good.txt": "good"})
    with zipfile.ZipFile(archive, "a") as more:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        more.writestr(link, "/etc/passwd")
    assert read(archive) == [Document("good", "good")]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "SMALL", 10_000)
    archive = make_zip(tmp_path / "bomb.zip", {f"{n}.txt": b"0" * 10**6 for n in range(5)})
    assert archive.stat().st_size * opening.RATIO < 5 * 10**6
    message = refused(archive)
    assert "bomb.zip' unpacks to more than" in message
    assert "zip bomb; if it is none, unpack it and give what was in it" in message


def test_a_bomb_of_members_that_lie_over_each_other_is_refused(tmp_path, monkeypatch):
    """Many entries that share one compressed stream, as in Fifield's bombs."""
    monkeypatch.setattr(opening, "SMALL", 10_000)
    monkeypatch.setattr(opening, "RATIO", 20)
    data = os.urandom(20_000).hex().encode()
    archive = make_zip(tmp_path / "a.zip", {"a.txt": data})
    with zipfile.ZipFile(archive, "a") as more:
        for n in range(200):
            info = more.getinfo("a.txt")
            twin = zipfile.ZipInfo(f"{n}.txt")
            for key in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(twin, key, getattr(info, key))
            more.filelist.append(twin)
        more._didModify = True
    assert "looks like a zip bomb" in refused(archive)


def test_an_archive_that_lies_about_sizes_gives_no_more_than_it_said(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"a.txt": b"ab" * 500_000})
    data = bytearray(archive.read_bytes())
    real, said = (10**6).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert data.count(real) == 2  # before the member and in the list at the end
    archive.write_bytes(bytes(data).replace(real, said))
    assert "is damaged or no zip file" in refused(archive)


def test_an_encrypted_archive(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"a.txt": "secret"})
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(bytes(data))
    assert "a.zip' is encrypted ('a.txt'): unpack it" in refused(archive)


@pytest.mark.parametrize("cut", [0, 10, -10])
def test_a_damaged_archive(tmp_path, cut):
    archive = make_zip(tmp_path / "a.zip", {"a.txt": os.urandom(1000).hex()})
    archive.write_bytes(archive.read_bytes()[:cut])
    assert "a.zip' is damaged or no zip file" in refused(archive)


def test_a_damaged_member(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"a.txt": "x" * 50}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"xxx", b"xyx", 1))
    assert "'a.txt' in" in refused(archive)
    assert "is damaged" in refused(archive)


@pytest.mark.parametrize("members", [{}, {".hidden": "x"}, {"folder/": ""}])
def test_an_archive_with_nothing_to_read(tmp_path, members):
    assert "a.zip' holds no file to read" in refused(make_zip(tmp_path / "a.zip", members))


@pytest.mark.parametrize("name", [".", "x"])
def test_a_member_without_a_name_is_passed_over(tmp_path, name):
    """A name ends at its first zero byte: one that begins with it is empty."""
    archive = make_zip(tmp_path / "a.zip", {"good.txt": "good", name: "?"})
    if name == "x":
        data = archive.read_bytes()
        archive.write_bytes(data.replace(b"x", b"\0"))
    assert read(archive) == [Document("good", "good")]
