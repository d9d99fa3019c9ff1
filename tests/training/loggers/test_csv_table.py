"""``metrics.csv``: what was logged, a resumed run's too."""

import csv
from pathlib import Path

from charlab.training.loggers.csv_table import CsvTable


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


def test_a_resumed_run_goes_on_and_takes_back_what_came_after_its_save(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("stays")
    first = CsvTable(tmp_path)
    for step in (10, 20, 30):
        first.log_metrics({"val/loss": 3.0 - step / 100}, step)
        first.flush()
    second = CsvTable(tmp_path, resume_step=20)
    second.log_metrics({"val/loss": 2.5, "val/accuracy": 0.5}, 30)
    second.add_results({"seed": 1}, {"test/loss": 2.75}, 30)
    second.close("completed")
    assert rows(tmp_path) == [
        {"step": "10", "val/loss": "2.9"},
        {"step": "20", "val/loss": "2.8"},
        {"step": "30", "val/loss": "2.5", "val/accuracy": "0.5"},
        {"step": "30", "test/loss": "2.75"},
    ]
    assert (tmp_path / "other.txt").exists()
