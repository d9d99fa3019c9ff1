"""Runs and a study of an earlier version go on as they were: loaded, measured, resumed, reported.

One metric was mended since and is not what that version said: bits per original character of a
stream, which divided by the first character too, though that is never predicted.
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.goldens.make import HERE, RUNS, metrics_of
from tests.support.in_process import in_process

EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))


def run(script: str, *arguments: str, folder: Path) -> str:
    done = in_process(script, *arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def goldens(tmp_path: Path) -> Path:
    for path in ("data", "runs", "sweeps"):
        shutil.copytree(HERE / path, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize("name", RUNS)
def test_a_run_of_the_first_format_gives_its_metrics(name: str, goldens: Path) -> None:
    # The pictures of one are enough: they are drawn of this version's figures.
    figures = "always" if name == "classify_names" else "never"
    found = metrics_of(goldens, name, run, figures)
    expected = EXPECTED[name]
    # The last digits are a processor's own; the texts were drawn far from any tie.
    assert found.pop("resumed") == pytest.approx(expected.pop("resumed"), rel=1e-5)
    texts = {key: found.pop(key) for key in ("samples", "predicted") if key in found}
    assert texts == {key: expected.pop(key) for key in texts}
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_study_of_the_first_format_is_reported(goldens: Path) -> None:
    run("report.py", "sweep=sweeps/study", folder=goldens)
    page = (goldens / "sweeps" / "study" / "report.html").read_text(encoding="utf-8")
    best = min(
        json.loads(f.read_text())["best/val/loss"]
        for f in goldens.glob("sweeps/study/*/metrics.json")
    )
    assert f"{best:.4f}" in page


def test_runs_of_the_first_format_are_reported(goldens: Path) -> None:
    run("report.py", "runs=runs/*", "output=page", folder=goldens)
    page = (goldens / "page" / "report.html").read_text(encoding="utf-8")
    assert all(f"{EXPECTED[name]['test/loss']:.4f}" in page for name in RUNS)
