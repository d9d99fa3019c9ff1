"""The studies' sweeps are configurations that fit, and their pages say what runs wrote."""

import dataclasses
import json
import sys
from functools import reduce
from pathlib import Path

import pytest

from charlab.config.sweep_schema import SweepOptions

ROOT = Path(__file__).parents[2]
NAMES = ("learning_rate", "hidden_size", "layers", "sequence_length")


@pytest.fixture
def study(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "experiments")
    import study

    yield study
    for name in ("study", "study_page", "results"):
        sys.modules.pop(name, None)


@pytest.fixture
def page(study, monkeypatch, tmp_path):
    import study_page

    monkeypatch.setattr(study_page, "HERE", tmp_path)
    return study_page


def write_run(folder, *, lr, cell, seed, value, status="completed"):
    (folder / ".hydra").mkdir(parents=True)
    (folder / ".hydra" / "overrides.yaml").write_text(f"- model={cell}\n- seed={seed}\n")
    metrics = {"status": status, "val/perplexity": value, "val/loss": 1.0}
    metrics |= {"model/parameters": 1234, "time/train_seconds": 18.0}
    (folder / "metrics.json").write_text(json.dumps(metrics))
    settings = {"model": {"name": cell}, "optimizer": {"lr": lr}, "seed": seed}
    environment = {"seed": seed, "cpus": 2, "device": "cpu", "precision": "bf16", "threads": 1}
    about = {"versions": {"torch": "2.13"}, "processor": "Chip", "settings": settings}
    (folder / "environment.json").write_text(json.dumps(environment | about))


@pytest.mark.parametrize("name", NAMES)
def test_the_sweeps_of_a_study_compose_and_its_default_is_the_default(study, compose_options, name):
    one = study.STUDIES[name]
    for dataset in one.datasets:
        words = study.words_of(name, dataset)
        own = [word for word in words[2:] if not word.startswith("sweep.")]
        settings = {word.split(".")[1].split("=")[0] for word in words if word[:6] == "sweep."}
        assert settings <= {field.name for field in dataclasses.fields(SweepOptions)}
        grid = {word.partition("=")[0]: word.partition("=")[2].split(",") for word in own}
        assert [float(value) for value in grid[one.key]] == list(one.values)
        ends = [0] * (dataset == one.datasets[0]) + [-1] * (dataset == one.datasets[-1])
        for end in ends:  # of the grid; composing takes its time
            options = compose_options(*(f"{key}={values[end]}" for key, values in grid.items()))
            assert reduce(getattr, one.key.split("."), options) == one.values[end]
            assert options.trainer.max_epochs is None
            assert options.trainer.max_minutes == study.MINUTES
        default = compose_options(f"dataset={dataset}")
        assert reduce(getattr, one.key.split("."), default) == one.default


def test_all_studies_together_take_under_two_hours(study):
    name, runs, _, minutes, _ = study.plan().splitlines()[-1].split()
    assert name == "all"
    assert int(runs) == (6 * 2 + 4 * 2 + 4 * 2 + 6) * 3 * 3
    assert int(minutes) < 120


def test_a_page_has_means_intervals_the_best_and_what_did_not_end_well(study, page, tmp_path):
    sweep = tmp_path / "sweeps" / "study_learning_rate_names"
    runs = [(1e-3, "lstm", 8.0), (4e-3, "lstm", 7.0), (4e-3, "gru", 9.0)]
    for lr, cell, base in runs:
        for seed in (1, 2, 3):
            folder = sweep / str(len(list(sweep.glob("*"))))
            write_run(folder, lr=lr, cell=cell, seed=seed, value=base + seed / 10)
    write_run(sweep / "9", lr=0.016, cell="lstm", seed=2, value=99.0, status="failed")
    (tmp_path / "learning_rate").mkdir()
    readme = tmp_path / "learning_rate" / "README.md"
    readme.write_text(f"before\n{page.BEGIN}old\n{page.END}after\n")
    page.keep("learning_rate", tmp_path / "sweeps")
    page.write("learning_rate")
    text = readme.read_text()
    # deviation 0.1, t(2) = 4.3027: 4.3027 * 0.1 / sqrt(3) = 0.248
    assert "| 0.001 | – | 8.200 ± 0.248 | – |" in text
    assert "| 0.004 | – | **7.200** ± 0.248 | **9.200** ± 0.248 |" in text
    assert "9 runs: 2 × Chip, bf16; 1 thread a run; PyTorch 2.13; 18.0 s of training" in text
    assert "in no mean: lstm 0.016 seed 2 (failed)" in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    picture = tmp_path / "learning_rate" / "curves.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 120_000
    kept = (tmp_path / "learning_rate" / "study.json").read_text()
    page.keep("learning_rate", tmp_path / "gone")  # the runs' folders are not needed again
    assert (tmp_path / "learning_rate" / "study.json").read_text() == kept


def test_the_table_of_results_has_the_best_setting_of_each_cell(study, page, tmp_path, monkeypatch):
    import results

    monkeypatch.setattr(results, "HERE", tmp_path)
    test_a_page_has_means_intervals_the_best_and_what_did_not_end_well(study, page, tmp_path)
    found = results.rows()
    assert len(found) == 2
    assert "| 7.2000 ± 0.2484 | 1, 2, 3 | 1,234 | 18 |" in found[0]
    assert "`dataset=names model=lstm optimizer.lr=0.004`, the best of" in found[0]
    assert "model=gru optimizer.lr=0.004" in found[1]


def test_a_study_without_runs_says_what_to_do(page, tmp_path):
    with pytest.raises(SystemExit, match=r"study\.py run layers"):
        page.keep("layers", tmp_path / "sweeps")
