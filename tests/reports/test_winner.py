from pathlib import Path

import pytest

from charlab.reports.winner import SAMPLES, read_samples, show_winner
from tests.support.sweep_samples import write_run

LOSS = {"val/loss": 2.0, "test/loss": 2.1}


def run_of(folder: Path, task: str, samples: str = "") -> Path:
    write_run(folder, LOSS, settings=f"task: {{name: {task}}}\ndataset: {{name: names}}\n")
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "last.ckpt").touch()
    if samples:
        (folder / SAMPLES).write_text(samples, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("task", "title", "commands"),
    [
        ("generate", "What it writes", ["sample.py run=R", "evaluate.py run=R split=test"]),
        ("classify", "What it makes of validation examples", ["evaluate.py run=R split=test"]),
        ("unheard_of", "What it said at its end", ["evaluate.py run=R split=test"]),
    ],
)
def test_a_run_is_shown_by_its_task(tmp_path, monkeypatch, task, title, commands):
    monkeypatch.chdir(tmp_path)
    winner = show_winner([LOSS], run_of(Path("R"), task, "  a\n    b\n"))
    assert (winner.task, winner.dataset, winner.title) == (task, "names", title)
    assert winner.samples == "a\n  b"
    assert [line.removeprefix("python ") for _, line in winner.commands] == commands


def test_what_is_not_there_is_not_shown(tmp_path):
    assert show_winner([LOSS], None).commands == ()
    (tmp_path / "x").mkdir()
    nothing = show_winner([], tmp_path / "x")
    assert (nothing.beside, nothing.samples, nothing.commands) == (None, "", ())


def test_of_many_samples_the_first_are_shown(tmp_path):
    (tmp_path / SAMPLES).write_text("\n".join(map(str, range(30))))
    assert read_samples(tmp_path).splitlines()[-2:] == ["23", "… 6 more lines in samples.txt"]
    (tmp_path / SAMPLES).write_text("x" * 5000)
    assert read_samples(tmp_path) == "x" * 3000 + "… (more in samples.txt)"
