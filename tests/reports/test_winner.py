from pathlib import Path

import pytest

from charlab.reports.baselines import beside_baseline
from charlab.reports.winner import SAMPLES, read_samples, show_winner
from tests.support.sweep_samples import write_run

LOSS = {"val/loss": 2.0, "test/loss": 2.1}


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (
            [
                {"test/perplexity": 8.0, "test/trigram_perplexity": 10.0},
                {"test/perplexity": 9.0, "test/trigram_perplexity": 10.0},
            ],
            "The best model beats its baseline, an interpolated trigram model: "
            "test/perplexity 8.5000 against 10.",
        ),
        (
            [{"test/accuracy": 0.25, "test/most_frequent_accuracy": 0.25}],  # no better is a loss
            "The best model loses to its baseline, always answering the most frequent label: "
            "test/accuracy 0.2500 against 0.2500.",
        ),
        (
            [{"val/perplexity": 30.0, "best/val/perplexity": 9.5, "val/trigram_perplexity": 10.5}],
            "The best model beats its baseline, an interpolated trigram model: "
            "val/perplexity 9.5000 against 10.5000.",
        ),
    ],
)
def test_beside_a_baseline(runs, said):
    assert str(beside_baseline(runs)) == said


def test_what_was_not_measured_of_all_runs_is_not_said():
    known = {"test/perplexity": 8.0, "test/trigram_perplexity": 10.0}
    assert beside_baseline([known, {"test/perplexity": 8.0}]) is None
    assert beside_baseline([{"test/trigram_perplexity": 10.0}]) is None


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
