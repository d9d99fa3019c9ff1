"""Every command line that a page prints is run, as it stands there."""

import html
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from charlab.sweeps.results.sweep_file import RECORD
from tests.support.in_process import in_process
from tests.support.shell import ROOT, through_bash

SMALL = [
    "model.embedding_size=6",
    "model.hidden_size=8",
    "model.num_layers=1",
    "dataset.batch_size=8",
    "trainer.max_epochs=1",
    "trainer.accelerator=cpu",
    "trainer.figures=never",
]

pytestmark = pytest.mark.usefixtures("undrawn")


def commands_of(page: str) -> list[list[str]]:
    """The command lines on a page, each a list of words; none stands elsewhere on it."""
    lines = re.findall(r'<pre class="command"><code>(.*?)</code></pre>', page)
    assert len(re.findall(r"\bpython \S*\w+\.py\b", page)) == len(lines)
    return [shlex.split(line) for line in dict.fromkeys(map(html.unescape, lines))]


def report(folder: Path, **words: object) -> str:
    given = [f"{key}={value}" for key, value in words.items()]
    done = in_process("report.py", *given, f"output={folder / 'page'}", folder=folder)
    assert done.returncode == 0, done.stderr
    return (folder / "page" / "report.html").read_text(encoding="utf-8")


def run_all(page: str, folder: Path) -> list[str]:
    """Runs a page's commands; gives the scripts that they called."""
    scripts = []
    for python, script, *words in commands_of(page):
        name = Path(script).name
        assert (python, (ROOT / name).is_file()) == ("python", True)
        if "--multirun" in words:  # starts processes
            done = through_bash(name, *words)
        else:
            done = in_process(name, *words, folder=folder)
        assert done.returncode == 0, (script, words, done.stderr)
        scripts.append(name if "--multirun" not in words else "sweep")
    return scripts


@pytest.fixture
def goldens(tmp_path: Path) -> Path:
    for part in ("data", "runs", "sweeps"):
        shutil.copytree(ROOT / "tests" / "goldens" / part, tmp_path / part)
    return tmp_path


@pytest.mark.slow
def test_commands_on_a_page_about_an_older_sweep(goldens: Path) -> None:
    page = report(goldens, sweep="sweeps/study")
    assert run_all(page, goldens) == ["train.py", "sample.py", "evaluate.py"]


@pytest.mark.slow
def test_commands_on_a_page_about_older_runs(goldens: Path) -> None:
    page = report(goldens, runs="runs/classify*")
    assert run_all(page, goldens) == ["train.py", "evaluate.py"]


@pytest.mark.slow
def test_commands_on_pages_about_new_ones(names_folder: Path, tmp_path: Path) -> None:
    fixed = [*SMALL, f"dataset.path={names_folder}", f"output_dir={tmp_path}", "sweep.workers=1"]

    def sweep(name: str, *words: str) -> str:
        done = through_bash("train.py", "-m", *words, f"sweep.name={name}", *fixed)
        assert done.returncode == 0, done.stderr
        return report(tmp_path, sweep=tmp_path / "sweeps" / name)

    finalists = ["sweep.finalists=2", "sweep.finalist_seeds=2"]
    page = sweep("a", "sweep=grid", "model=gru,lstm", "task=generate", *finalists)
    assert "The winner" in page
    # the winner with its seed; each finalist with its first, of which one is the winner's
    assert sorted(run_all(page, tmp_path)) == ["evaluate.py", "sample.py", "train.py", "train.py"]

    page = sweep("b", "sweep=grid", "seed=1,2", "task=classify", "sweep.finalist_seeds=2")
    assert run_all(page, tmp_path) == ["train.py", "evaluate.py", "sweep"]
    assert "The winner" in report(tmp_path, sweep=tmp_path / "sweeps" / "b")

    both = "sweep.objectives=[val/loss,model/parameters]"
    sweep("c", "sweep=grid", "model=gru,lstm", "task=generate", both)
    record = tmp_path / "sweeps" / "c" / RECORD
    record.write_text(json.dumps(json.loads(record.read_text()) | {"n_trials": 9}))
    page = report(tmp_path, sweep=tmp_path / "sweeps" / "c")
    assert "not finished" in page
    assert set(run_all(page, tmp_path)) == {"sweep", "train.py", "sample.py", "evaluate.py"}

    page = report(tmp_path, runs=tmp_path / "generate")
    assert run_all(page, tmp_path) == ["train.py", "sample.py", "evaluate.py"]
