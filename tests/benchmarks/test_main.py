"""That the benchmark measures what it says; how fast anything is, no test says."""

import json
import subprocess
import sys

import pytest
import torch

from benchmarks import generation, page, predicting, starts, timing, training
from benchmarks.bare import Size, sampling_steps, training_steps
from charlab.config.compose import Composition
from charlab.config.hydra_app import check
from tests.support.shell import ROOT, environment

TINY = Size("gru", 8, 1, batch=4, length=16)


def compose(arguments):
    return check(Composition(str(ROOT / "conf"), "train", (), ()).compose(arguments))


def bench(*arguments, folder=ROOT):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )


def test_the_median_of_the_ratios_counts():
    ours, theirs = iter([10.0, 30.0, 80.0]), iter([10.0, 10.0, 10.0])
    assert timing.alternate(lambda: next(ours), lambda: next(theirs), 3) == (30.0, 10.0)


def test_a_rate_is_work_a_second():
    done = []
    found = timing.rate(lambda: done.append(1), seconds=0.01, work=5)
    assert len(done) > 4
    assert found > 0


def test_the_bare_loop_learns_and_samples():
    torch.manual_seed(0)
    steps = training_steps(TINY, "float32", torch.device("cpu"))
    losses = [next(steps).item() for _ in range(100)]
    assert losses[-1] < losses[0] - 0.1  # the same eight windows again and again
    drawn = sampling_steps(TINY, torch.device("cpu"))
    assert len({int(next(drawn)) for _ in range(100)}) > 5


def test_training_rows_come_from_real_runs():
    (row,) = training.training_rows(compose, (TINY,), 0.05, 1, "cpu")
    assert row.what == "gru 8 × 1, batch 4 × 16"
    assert row.ours > 0
    assert row.theirs > 0


def test_generation_rows_compare_one_text_and_many(monkeypatch):
    monkeypatch.setattr(generation, "_STEPS", {8: (20, 3)})
    monkeypatch.setattr(generation, "MANY", 7)
    rows = list(generation.generation_rows((TINY,), 0.01, 1, torch.device("cpu")))
    assert [row.unit for row in rows[:3]] == ["characters/s", "characters/s", "GFLOP/s"]
    assert all(row.ours > 0 for row in rows)
    filtered = rows[3:]
    assert len(filtered) == 2 * len(generation.FILTERS)
    assert filtered[0].what == "gru 8 × 1, one text, top_k=10"
    assert filtered[-1].yardstick == "without"


@pytest.mark.slow
def test_predicting_rows_read_a_file():
    rows = list(predicting.predicting_rows(compose, 0.01, 1, names=50))
    assert [row.unit for row in rows] == ["names/s and core", "GFLOP/s"]
    assert all(row.ours > 0 for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["only=speed"], "only=speed: no such room; there are training, tasks, batches"),
        (["seconds=0"], "seconds= must be above 0"),
        (["secnds=2"], "did you mean 'seconds'?"),
    ],
)
def test_wrong_words_are_one_line(arguments, message):
    done = bench(*arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_command_prints_a_table_and_writes_json(tmp_path):
    file = tmp_path / "bench.json"
    done = bench(
        "only=batches,page,scale",
        "seconds=0.2",
        "rounds=1",
        "megabytes=2",
        f"output={file}",
    )
    assert done.returncode == 0, done.stderr
    rooms = {row["room"] for row in json.loads(file.read_text())["rows"]}
    assert rooms == {"batches", "scale"} | ({"page"} if page.browser() else set())
    assert "| training on 2 MB | characters/s |" in done.stdout


@pytest.mark.slow
def test_starts_are_those_of_commands():
    rows = list(starts.start_rows(ROOT, 0))
    assert [row.what for row in rows[-2:]] == ["first training step, embedded names", "the same"]
    assert all(row.ours > 0 for row in rows)
    assert rows[-1].ours > rows[-1].theirs  # training imports torch


def test_help_says_how_it_is_started():
    assert "python -m benchmarks only=" in bench("--help").stdout
