"""charlab installed from its wheel, used from a folder that has nothing of it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import charlab
from charlab.errors import ConfigError
from tests.support.in_process import in_process
from tests.support.shell import ROOT, environment


def _own_gru(folder: Path) -> None:
    (folder / "conf" / "model").mkdir(parents=True)
    text = (ROOT / "conf" / "model" / "gru.yaml").read_text()
    (folder / "conf" / "model" / "gru.yaml").write_text(f"{text}hidden_size: 7\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel's files are."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.slow
def test_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "charlab", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**environment(), "PYTHONPATH": os.fspath(site)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version") == f"charlab {charlab.__version__}\n"
    assert "charlab sample" in run()
    run("train", "debug=smoke")
    assert len(run("sample", "count=3", "output_dir=outputs/debug").splitlines()) >= 3
    assert "report: " in run("report", "runs=outputs")
    assert "names" in run("train", "--help")
    assert (site / "charlab" / "play" / "engine" / "network.js").exists()
    assert "pictures:" in run("inspect", "dataset=names", "output=pictures")
    _own_gru(tmp_path)
    assert "hidden_size: 7" in run("train", "model=gru", "--cfg", "job")


def test_own_configurations_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _own_gru(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert charlab.compose(["model=gru"]).model.hidden_size == 7
    monkeypatch.chdir(ROOT)
    assert charlab.compose(["model=gru"]).model.hidden_size != 7
    shown = in_process("train.py", f"--config-dir={tmp_path}/conf", "model=gru", "--cfg", "job")
    assert "hidden_size: 7" in shown.stdout
    missing = in_process("train.py", f"--config-dir={tmp_path}/cnf", "--cfg", "job")
    assert missing.stderr == f"error: --config-dir={tmp_path}/cnf: there is no such folder\n"


def test_what_the_package_has() -> None:
    public = {"train", "compose", "load", "__version__", "TrainedModel", "CharlabError"}
    public |= {"from_torch", "to_torch", "ensemble", "Ensemble"}
    assert {name for name in dir(charlab) if name in public or name[0] != "_"} == public
    assert all(getattr(charlab, name) is not None for name in public)
    assert issubclass(ConfigError, charlab.CharlabError)
