from pathlib import Path
from typing import Any

from charlab.sweeps.results.sweep_file import file_url


def test_the_url_of_a_folder_is_absolute(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert file_url(Path("a")) == f"sqlite:///{tmp_path}/a/study.db"
