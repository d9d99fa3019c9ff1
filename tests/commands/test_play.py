"""``play.py``: the page of runs of the current version's goldens."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.in_process import in_process
from tests.support.shell import ROOT

GOLDENS = ROOT / "tests" / "goldens" / "runs"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    shutil.copytree(GOLDENS / "generate_names", tmp_path / "run")
    return tmp_path / "run"


def networks_of(page: Path) -> list[dict[str, Any]]:
    found = re.search(r'id="data">(.*?)</script>', page.read_text("utf-8"))
    assert found
    networks: list[dict[str, Any]] = json.loads(found[1])["networks"]
    return networks


def test_a_page_goes_into_its_run(run: Path) -> None:
    data = GOLDENS.parent / "data" / "names"
    done = in_process("play.py", f"run={run}", "weights=int8", f"dataset.path={data}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"page: {run / 'play.html'} (")
    (network,) = networks_of(run / "play.html")
    assert network["network"]["weights"] == "int8"
    assert network["network"]["task"] == "generate"
    assert network["followed"]
    page = (run / "play.html").read_text("utf-8")
    assert re.search(r"int8, 0\.0 MB; loss \d\.\d{4} → \d\.\d{4} \([+-]", page)


def test_two_runs_go_side_by_side(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(run, other)
    output = tmp_path / "both.html"
    done = in_process("play.py", f"run={run}", f"run={other}", f"output={output}")
    assert done.returncode == 0, done.stderr
    assert [network["short"] for network in networks_of(output)] == [str(run), str(other)]
    same = in_process("play.py", f"run={run},{other}", f"output={output}", "weights=int8")
    assert same.returncode == 0, same.stderr
    assert len(networks_of(output)) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run={run}", "run={classify}"], "two networks on one page do the same"),
        (["run=a,b,c"], "a page has one run, or two side by side, got 3"),
        (["run={run}", "output="], "output= is empty"),
        (["run={run}", "output={run}/no/where.html"], "cannot write output="),
        (["run={tmp}"], "has no checkpoint"),
        (["run={run}", "weights=int4"], "weights= "),
    ],
)
def test_what_is_wrong_is_one_line(run: Path, tmp_path: Path, words: list[str], said: str) -> None:
    places = {"run": run, "classify": GOLDENS / "classify_names", "tmp": tmp_path / "empty"}
    places["tmp"].mkdir()
    done = in_process("play.py", *(word.format(**places) for word in words))
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert said in line


def test_what_is_too_large_is_refused(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charlab.play.playable.MOST_BYTES", 4_000)
    done = in_process("play.py", f"run={run}")
    assert done.returncode == 1
    assert re.search(r"parameters as float16 make a page of .* MB, more than", done.stderr)
    assert not (run / "play.html").exists()


def test_without_its_data_a_page_says_less(run: Path, caplog: pytest.LogCaptureFixture) -> None:
    done = in_process("play.py", f"run={run}", "dataset.path=/no/where")
    assert done.returncode == 0, done.stderr
    assert "without held-out texts" in caplog.text
    assert networks_of(run / "play.html")[0]["followed"] is None
