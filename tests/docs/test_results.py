"""The table of results says what runs wrote."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def results(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("results", ROOT / "experiments" / "results.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    (tmp_path / "README.md").write_text(f"before\n{module.BEGIN}old\n{module.END}after\n")
    return module


def write_run(folder, *, seed, loss, status="completed"):
    (folder / ".hydra").mkdir(parents=True)
    (folder / ".hydra" / "overrides.yaml").write_text(f"- model=gru\n- seed={seed}\n")
    metrics = {"status": status, "test/loss": loss, "test/accuracy": 0.5, "val/loss": 1.25}
    rest = {"model/parameters": 1234, "time/train_seconds": 10.0 * seed}
    (folder / "metrics.json").write_text(json.dumps(metrics | rest))
    environment = {"seed": seed, "cpus": 2, "device": "cpu", "precision": "bf16"}
    about = environment | {"versions": {"torch": "2.13"}, "processor": "Chip"}
    (folder / "environment.json").write_text(json.dumps(about))
    return folder


def test_runs_that_differ_by_the_seed_are_one_row_with_their_interval(results, tmp_path):
    runs = [write_run(tmp_path / f"run{seed}", seed=seed, loss=seed / 10) for seed in (1, 2, 3)]
    results.add("mine", "test/loss", runs)
    results.write_table()
    text = (tmp_path / "README.md").read_text()
    row = next(line for line in text.splitlines() if "mine" in line)
    # mean 0.2, deviation 0.1, t(2) = 4.3027: 4.3027 * 0.1 / sqrt(3) = 0.2484
    assert (
        "| 0.2000 ± 0.2484 | 1, 2, 3 | 1,234 | 20 | 2 × Chip, bf16 | `python train.py model=gru` |"
        in row
    )
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text


def test_several_metrics_are_rows_and_splits_are_counted(results, tmp_path):
    runs = []
    for split in (1, 2):
        for seed in (1, 2):
            run = write_run(tmp_path / f"{split}{seed}", seed=seed, loss=split + seed / 10)
            with (run / ".hydra" / "overrides.yaml").open("a") as words:
                words.write(f"- dataset.split.seed={split}\n")
            runs.append(run)
    results.add("mine", "test/loss,test/accuracy", runs)
    rows = [row for row in results.rows() if "mine" in row]
    assert [row.split(" | ")[1] for row in rows] == ["test/loss", "test/accuracy"]
    assert all(row.split(" | ")[3] == "1, 2; 2 splits" for row in rows)
    assert all("`python train.py model=gru`" in row for row in rows)
    assert rows[0].split(" | ")[2].startswith("1.6500 ± ")


def test_a_run_that_is_not_complete_or_lacks_the_metric_is_not_kept(results, tmp_path):
    for status, metric, word in [
        ("stopped", "test/loss", "stopped"),
        ("completed", "test/x", "test/loss"),
    ]:
        run = write_run(tmp_path / word.replace("/", "-"), seed=1, loss=1.0, status=status)
        with pytest.raises(SystemExit, match=word):
            results.add("mine", metric, [run])


def test_a_run_is_shown_with_its_figure_and_samples(results, tmp_path):
    run = write_run(tmp_path / "run", seed=4, loss=1.0)
    (run / "curves.png").write_bytes(b"picture")
    (run / "samples.txt").write_text("Nora \n\n")
    page = tmp_path / "mine" / "README.md"
    page.parent.mkdir()
    page.write_text(f"Mine.\n{results.SHOWN_BEGIN}old\n{results.SHOWN_END}After.\n")
    results.show("mine", run)
    assert (page.parent / "curves.png").read_bytes() == b"picture"
    text = page.read_text()
    assert "`python train.py model=gru seed=4`, val loss 1.2500 after 40 s" in text
    assert "![curves](curves.png)\n\n```text\nNora\n```\n" in text
    assert "old" not in text
    assert text.startswith("Mine.\n")
    assert text.endswith("After.\n")


def test_a_page_without_marks_is_told_in_one_line(results, tmp_path):
    run = write_run(tmp_path / "run", seed=4, loss=1.0)
    with pytest.raises(SystemExit, match="write the lines <!-- a run -->"):
        results.show("nowhere", run)


def test_the_table_in_the_repository_is_what_its_files_say(results, monkeypatch):
    monkeypatch.setattr(results, "HERE", ROOT / "experiments")
    text = (ROOT / "experiments" / "README.md").read_text()
    assert f"{results.BEGIN}{results.table()}{results.END}" in text
