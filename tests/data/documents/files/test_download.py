import hashlib
import os
import time
from pathlib import Path

import pytest

from charlab.data.documents.files.download import Download, fetch, fetch_all
from charlab.errors import DataError

DATA = bytes(range(256)) * 800


def pin(site, path: str, data: bytes = DATA) -> Download:
    site.files[path] = data
    return Download(site.address + path, hashlib.sha256(data).hexdigest())


def kept(tmp_path) -> list[str]:
    """All files in the cache folder."""
    cache = tmp_path / "cache"
    return sorted(str(file.relative_to(cache)) for file in cache.rglob("*") if file.is_file())


def refused(*arguments) -> str:
    with pytest.raises(DataError) as error:
        fetch(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_right_bytes_are_kept_and_fetched_once(site, tmp_path):
    download = pin(site, "/data/classic.txt")
    file = fetch("classic", download, None)
    assert file == tmp_path / "cache" / "downloads" / "classic" / "classic.txt"
    assert file.read_bytes() == DATA
    assert fetch("classic", download, None) == file
    assert site.asked == ["/data/classic.txt"]
    assert kept(tmp_path) == ["downloads/classic/classic.txt"]


@pytest.mark.parametrize("mirror", ["/mirror/other-name.bin", "/mirror/"])
def test_a_mirror_is_asked_in_the_place_of_the_address(site, mirror):
    download = pin(site, "/mirror/classic.txt")
    site.files["/mirror/other-name.bin"] = DATA
    elsewhere = Download("http://127.0.0.1:1/classic.txt", download.sha256)
    assert fetch("classic", elsewhere, site.address + mirror).name == "classic.txt"
    assert len(site.asked) == 1


def test_wrong_bytes_are_refused_and_not_kept(site, tmp_path):
    download = pin(site, "/classic.txt")
    site.files["/classic.txt"] = b"<html>Please log in to this network</html>"
    message = refused("classic", download, None)
    assert f"/classic.txt sends other bytes than expected (sha256 {download.sha256})" in message
    assert "none is kept" in message
    assert kept(tmp_path) == []
    assert len(site.asked) == 1  # the same bytes would come again


def test_a_file_that_is_not_there(site, tmp_path):
    message = refused("classic", Download(f"{site.address}/none.txt", "0" * 64), None)
    assert f"dataset=classic cannot be downloaded: {site.address}/none.txt answers: 404" in message
    assert message.endswith("by other means and give the file: dataset.path=FILE")
    assert kept(tmp_path) == []
    assert len(site.asked) == 1


def test_a_connection_that_breaks_is_tried_again(site, tmp_path):
    download = pin(site, "/classic.txt")
    site.breaks["/classic.txt"] = 2
    assert fetch("classic", download, None).read_bytes() == DATA
    assert len(site.asked) == 3
    assert kept(tmp_path) == ["downloads/classic/classic.txt"]


def test_a_connection_that_keeps_breaking_leaves_nothing(site, tmp_path):
    download = pin(site, "/classic.txt")
    site.breaks["/classic.txt"] = 99
    assert f"the connection to {download.url} broke off" in refused("classic", download, None)
    assert len(site.asked) == 3
    assert kept(tmp_path) == []


def test_a_busy_server_is_asked_again(site):
    download = pin(site, "/classic.txt")
    site.statuses["/classic.txt"] = [503, 429]
    assert fetch("classic", download, None).read_bytes() == DATA


def test_no_network(site, tmp_path):
    site.asked.clear()
    download = Download("http://127.0.0.1:1/classic.txt", "0" * 64)
    assert refused("classic", download, None) == (
        "dataset=classic cannot be downloaded: http://127.0.0.1:1/classic.txt cannot be reached "
        "(no network?); get http://127.0.0.1:1/classic.txt by other means and give the file: "
        "dataset.path=FILE"
    )
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("mirror", "message"),
    [
        ("/home/me/classic.txt", "dataset.url=/home/me/classic.txt: an address begins with http"),
        ("file:///etc/passwd", "an address begins with http:// or https://"),
        ("http://:x/", "is no address"),
    ],
)
def test_a_mirror_that_is_no_address(site, mirror, message):
    assert message in refused("classic", Download("http://127.0.0.1:1/a", "0" * 64), mirror)


def test_nothing_half_written_is_ever_found(site, tmp_path):
    download = pin(site, "/classic.txt")
    target = tmp_path / "cache" / "downloads" / "classic" / "classic.txt"
    seen: list[bool] = []
    site.during = lambda: seen.append(target.exists())
    fetch("classic", download, None)
    assert seen == [False]


def test_a_damaged_file_in_the_cache_is_fetched_again(site):
    download = pin(site, "/classic.txt")
    file = fetch("classic", download, None)
    file.write_bytes(DATA[:-1])
    assert fetch("classic", download, None).read_bytes() == DATA
    assert len(site.asked) == 2


def test_two_processes_do_not_harm_each_other(site, tmp_path):
    download = pin(site, "/classic.txt")

    def other() -> None:  # another process ends in the midst of this one's download
        site.during = lambda: None
        fetch("classic", download, None)

    site.during = other
    assert fetch("classic", download, None).read_bytes() == DATA
    assert len(site.asked) == 2
    assert kept(tmp_path) == ["downloads/classic/classic.txt"]


def test_what_a_killed_process_left_is_removed_when_it_is_old(site, tmp_path):
    folder = tmp_path / "cache" / "downloads" / "classic"
    folder.mkdir(parents=True)
    for name, age in (("tmpold", 2 * 24 * 3600), ("tmpnew", 60)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - age,) * 2)
    fetch("classic", pin(site, "/classic.txt"), None)
    assert sorted(file.name for file in folder.iterdir()) == ["classic.txt", "tmpnew"]


def test_a_dataset_of_several_files(site, tmp_path):
    files = [pin(site, "/names/Thai.txt", b"one"), pin(site, "/names/Greek.txt", b"two")]
    folder = fetch_all("names", files, None)
    assert (folder / "Thai.txt").read_bytes() == b"one"
    assert (folder / "Greek.txt").read_bytes() == b"two"
    (folder / "Thai.txt").unlink()
    site.files["/mirror/Thai.txt"] = b"one"
    assert fetch_all("names", files, f"{site.address}/mirror/") == folder
    assert site.asked == ["/names/Thai.txt", "/names/Greek.txt", "/mirror/Thai.txt"]


def test_a_file_missing_among_several_is_named(site):
    files = [pin(site, "/names/Thai.txt", b"one"), Download(f"{site.address}/names/X.txt", "0")]
    with pytest.raises(DataError) as error:
        fetch_all("names", files, None)
    assert f"{site.address}/names/X.txt answers: 404" in str(error.value)
    assert str(error.value).endswith(
        f"get the 2 files Thai.txt … X.txt in {site.address}/names/ by other means and give their "
        "folder: dataset.path=FOLDER"
    )


def test_a_cache_folder_that_cannot_be_written(site, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CHARLAB_CACHE", str(tmp_path / "file" / "cache"))
    message = refused("classic", pin(site, "/classic.txt"), None)
    assert "cannot make the cache folder" in message
    assert message.endswith("name another in the environment variable CHARLAB_CACHE")


def test_a_disk_that_is_full(site, tmp_path, monkeypatch):
    import pooch

    def fill(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pooch, "retrieve", fill)
    message = refused("classic", pin(site, "/classic.txt"), None)
    target = Path(tmp_path, "cache", "downloads", "classic", "classic.txt")
    assert message == f"cannot write {str(target)!r}: No space left on device"
