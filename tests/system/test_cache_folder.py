import sys
from pathlib import Path

import pytest

from charlab.system.cache_folder import cache_folder


def test_the_user_s_choice(tmp_path, monkeypatch):
    monkeypatch.setenv("CHARLAB_CACHE", str(tmp_path / "mine"))
    folder = cache_folder("downloads", "x")
    assert folder == tmp_path / "mine" / "downloads" / "x"
    assert folder.is_dir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CHARLAB_CACHE", "~/kept")
    assert cache_folder() == tmp_path / "kept"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARLAB_CACHE", "here")
    assert cache_folder() == tmp_path / "here"  # whatever folder a process changes to


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")
@pytest.mark.parametrize("chosen", [None, "", " "])
def test_the_system_s_place(tmp_path, monkeypatch, chosen):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    if chosen is None:
        monkeypatch.delenv("CHARLAB_CACHE", raising=False)
    else:
        monkeypatch.setenv("CHARLAB_CACHE", chosen)
    assert cache_folder("a") == tmp_path / "caches" / "charlab" / "a"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == Path(tmp_path, "home", ".cache", "charlab")
