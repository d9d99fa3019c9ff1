"""How a command is called in messages: as the program that says them was started."""

from pathlib import Path

import pytest

from charlab.system.entry_point import command_line, conf_folder
from tests.support.shell import ROOT


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        ("train.py", "python train.py 'a b'"),
        (str(ROOT / "report.py"), "python train.py 'a b'"),
        ("/usr/bin/pytest", "python train.py 'a b'"),  # a program that uses a clone
        ("/usr/lib/pytest/__main__.py", "python train.py 'a b'"),
        ("/home/ada/.venv/bin/charlab", "charlab train 'a b'"),
        (str(ROOT / "src" / "charlab" / "__main__.py"), "charlab train 'a b'"),
    ],
)
def test_a_command_as_the_program_was_started(
    started: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [started])
    monkeypatch.chdir(ROOT)
    assert command_line("train", "a b") == expected
    assert conf_folder() == ROOT / "conf"


def test_a_script_elsewhere_keeps_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(ROOT / "sample.py")])
    assert command_line("train") == f"python {ROOT / 'train.py'}"


def test_installed_there_are_no_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lib" / "site-packages" / "charlab"
    monkeypatch.setattr("charlab.system.entry_point._PACKAGE", package)
    monkeypatch.setattr("sys.argv", ["/usr/bin/pytest"])
    monkeypatch.chdir(tmp_path)
    assert command_line("train") == "charlab train"
    assert conf_folder() == package / "conf"
