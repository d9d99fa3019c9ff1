import csv
import io
from datetime import datetime
from pathlib import Path

from charlab.reports.tables import trials_csv
from tests.support.sweep_samples import sweep, trial


def test_each_trial_has_a_row_that_reads_back():
    trials = [
        trial(
            0,
            value=2.0123456789012345,
            parameters={"lr": 0.1 + 0.2, "on": True, "name": 'a "b", c'},
            seconds=12.5,
            begun=datetime(2026, 11, 20, 9, 30, 5),
            ended=datetime(2026, 11, 20, 9, 31),
            folder=Path("outputs/sweeps/x/0"),
            arguments=("model=gru", "dataset.path=my novel.txt"),
        ),
        trial(1, "failed", parameters={"lr": 0.5, "depth": None}, reason="two\nlines, and 'more'"),
        trial(2, "running", arguments=()),
    ]
    text = trials_csv(sweep(trials, space={"name": "choice(a,b)", "lr": "interval(0,1)"}))
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header == [
        *("number", "state", "val/loss", "name", "lr", "depth", "on"),
        *("seconds", "begun", "ended", "reason", "folder", "command"),
    ]
    first, second, third = (dict(zip(header, row, strict=True)) for row in rows)
    assert float(first["val/loss"]) == 2.0123456789012345
    assert float(first["lr"]) == 0.1 + 0.2
    assert (first["on"], first["name"], first["depth"]) == ("true", 'a "b", c', "")
    assert (first["begun"], first["ended"]) == ("2026-11-20 09:30:05", "2026-11-20 09:31:00")
    assert first["folder"] == "outputs/sweeps/x/0"
    assert first["command"] == "python train.py model=gru 'dataset.path=my novel.txt'"
    assert (second["reason"], second["depth"]) == ("two\nlines, and 'more'", "null")
    assert (second["val/loss"], second["seconds"], second["folder"]) == ("", "", "")
    assert third["state"] == "running"


def test_lines_end_as_the_rfc_wants():
    text = trials_csv(sweep([trial(0, value=1.0)]))
    assert text.count("\r\n") == 2
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_several_objectives_have_a_column_each():
    results = sweep(
        [trial(0, values=(1.0, 9.0)), trial(1, "failed")],
        objectives=("a", "b"),
        directions=("minimize", "maximize"),
    )
    rows = list(csv.reader(io.StringIO(trials_csv(results), newline="")))
    assert [row[2:4] for row in rows] == [["a", "b"], ["1.0", "9.0"], ["", ""]]
