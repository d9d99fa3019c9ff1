import bz2
import gzip
import io
import lzma
import os
import zipfile

import pytest

from charlab.data.documents.document import Document, LongDocument
from charlab.data.documents.files import opening, text_files
from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError

PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def read(path, source="text") -> list[Document]:
    return list(read_source(source, Request(str(path))))


def refused(path, source="text") -> str:
    with pytest.raises(DataError) as error:
        read(path, source)
    assert "\n" not in str(error.value)
    return str(error.value)


def make_zip(file, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


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


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("fault", ["cut off", "another thing"])
def test_a_damaged_file_is_named(tmp_path, ending, fault):
    packed = PACKERS[ending](os.urandom(2000).hex().encode())
    data = packed[: len(packed) // 2] if fault == "cut off" else b"plain words, not packed at all"
    (tmp_path / f"a.txt{ending}").write_bytes(data)
    kind = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz"}[ending]
    message = refused(tmp_path / f"a.txt{ending}")
    assert f"a.txt{ending}' is damaged or no {kind} file (" in message
    assert message.endswith("get it again")


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_in_a_single_file_is_bounded(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(opening, "SMALL", 10_000)
    monkeypatch.setattr(opening, "RATIO", 4)
    monkeypatch.setattr(opening, "BLOCK", 1000)
    (tmp_path / f"a.txt{ending}").write_bytes(PACKERS[ending](b"ha " * 10**5))
    assert "looks like a zip bomb" in refused(tmp_path / f"a.txt{ending}")
    fair = os.urandom(10_000).hex().encode()  # to half its size at the best
    (tmp_path / f"a.txt{ending}").write_bytes(PACKERS[ending](fair))
    assert read(tmp_path / f"a.txt{ending}") == [Document(fair.decode())]


def test_undecodable_bytes_are_counted_in_the_unpacked_file(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"x" * 100 + b"\xe9"))
    assert "byte 0xe9 at offset 100; choose the encoding" in refused(tmp_path / "a.txt.gz")


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.TGZ", "a.7z", "a.txt.zst", "a.tar.xz"])
def test_what_is_not_read_in_place_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    message = refused(tmp_path / name)
    assert f"{name}' is packed in a way that is not read in place (.gz, .bz2, .xz and" in message
    assert refused(tmp_path) == message


@pytest.mark.parametrize("name", ["v1.tar.txt", "tar.gz", "notes.7z.txt", "gz"])
def test_what_only_looks_so_is_read(tmp_path, name):
    data = b"text"
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert read(tmp_path / name) == [Document("text")]


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


def test_archives_among_files(tmp_path):
    make_zip(tmp_path / "old.zip", {"1.txt": "one", "2.txt": "two"})
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "3.txt").write_text("three")
    assert read(tmp_path) == [
        Document("three", "new"),
        Document("one", "old"),
        Document("two", "old"),
    ]


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


def test_an_archive_in_an_archive_is_refused(tmp_path):
    inner = io.BytesIO()
    make_zip(inner, {"a.txt": "x"})
    archive = make_zip(tmp_path / "a.zip", {"inner.zip": inner.getvalue()})
    assert "'inner.zip' in" in refused(archive)
    assert "not read in place" in refused(archive)


def test_an_archive_that_was_replaced_is_read_anew(tmp_path):
    assert read(make_zip(tmp_path / "a.zip", {"a.txt": "one"})) == [Document("one", "a")]
    os.utime(tmp_path / "a.zip", ns=(1, 1))
    make_zip(tmp_path / "b.zip", {"b.txt": "other"}).replace(tmp_path / "a.zip")
    assert read(tmp_path / "a.zip") == [Document("other", "b")]


# What changes meanwhile


@pytest.mark.parametrize("change", ["grows", "is cut", "is written anew"])
def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch, change):
    monkeypatch.setattr(opening, "BLOCK", 10)
    monkeypatch.setattr(text_files, "LARGE", 20)
    file = tmp_path / "log.txt"
    file.write_bytes(b"0123456789" * 5)
    (document,) = read(file)
    assert isinstance(document, LongDocument)
    pieces = document.pieces()
    next(pieces)
    if change == "grows":
        with file.open("ab") as log:
            log.write(b"more and more")
    elif change == "is cut":
        os.truncate(file, 25)
    else:
        file.write_bytes(b"9876543210" * 5)
        os.utime(file, ns=(1, 1))
    with pytest.raises(DataError, match=r"log\.txt' changed while it was read: wait until it is"):
        list(pieces)


def test_a_file_that_grows_for_ever_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "BLOCK", 10)
    file = tmp_path / "log.txt"
    file.write_bytes(b"0123456789")
    original = opening.file_state
    calls = []

    def grow(path):
        state = original(path)
        calls.append(path)
        if len(calls) == 1:
            file.write_bytes(b"0123456789" * 100)
        return state

    monkeypatch.setattr(opening, "file_state", grow)
    with pytest.raises(DataError, match="changed while it was read"):
        read(file)
