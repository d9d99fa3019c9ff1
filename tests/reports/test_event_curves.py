import os

import pytest

from charlab.reports.event_curves import has_curves, read_curve
from charlab.training.loggers.csv_table import CsvTable
from charlab.training.loggers.tensorboard import EventFiles


def write(folder, points, resume_step=None):
    curves = EventFiles(folder, resume_step)
    for step, value in points:
        curves.log_metrics({"val/loss": value, "val/loss_of_others": -1.0, "train/loss": 9.0}, step)
    curves.add_text("samples", "val/loss " * 50, 1)  # names the tag without being its point
    curves.close("completed")
    return curves


def test_a_curve_is_what_was_written(tmp_path):
    curves = write(tmp_path, [(10, 3.0), (20, 2.5), (30, 2.25)])
    curves.add_results({"lr": 0.1}, {"val/loss": 2.25}, 30)
    assert read_curve(tmp_path, "val/loss") == [(10, 3.0), (20, 2.5), (30, 2.25)]
    assert read_curve(tmp_path, "val/accuracy") == []


def test_a_resumed_run_takes_back_what_came_after_its_save(tmp_path, monkeypatch):
    times = iter(range(1_700_000_000, 1_700_000_100))
    monkeypatch.setattr("time.time", lambda: next(times))  # a file's name holds its second
    write(tmp_path, [(10, 3.0), (20, 2.5), (30, 9.0)])
    write(tmp_path, [(35, 2.0)], resume_step=20)
    assert read_curve(tmp_path, "val/loss") == [(10, 3.0), (20, 2.5), (35, 2.0)]


@pytest.mark.parametrize("cut", [1, 5, 13, 40])
def test_a_file_cut_off_keeps_what_is_whole(tmp_path, cut):
    write(tmp_path, [(10, 3.0), (20, 2.5)])
    (path,) = tmp_path.glob("events.*")
    data = path.read_bytes()
    end = data.index(b"samples") - 40  # somewhere before the last record's own words
    path.write_bytes(data[: end - cut])
    found = read_curve(tmp_path, "val/loss")
    assert found == [(10, 3.0), (20, 2.5)][: len(found)]
    assert found[:1] == [(10, 3.0)]


def test_flipped_bytes_cost_points_and_nothing_else(tmp_path):
    write(tmp_path, [(10, 3.0), (20, 2.5)])
    (path,) = tmp_path.glob("events.*")
    whole = path.read_bytes()
    for place in range(len(whole)):
        value = (0x00, 0x80, 0xFF)[place % 3]
        path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
        assert len(read_curve(tmp_path, "val/loss")) <= 3


def test_a_pipe_is_no_curve(tmp_path):
    os.mkfifo(tmp_path / "events.out.tfevents.1.x")
    assert read_curve(tmp_path, "val/loss") == []


def test_a_hole_is_not_read_through(tmp_path):
    write(tmp_path, [(1, 0.5)])
    (path,) = tmp_path.iterdir()
    os.truncate(path, 2**40)
    assert read_curve(tmp_path, "val/loss") == [(1, 0.5)]


def test_noise_is_no_curve(tmp_path):
    (tmp_path / "events.out.tfevents.1.x").write_bytes(b"\xff" * 500)
    assert read_curve(tmp_path, "val/loss") == []
    assert read_curve(tmp_path / "nowhere", "val/loss") == []


def test_a_chart_by_its_former_name(tmp_path):
    speed = "speed/train_chars_per_second"
    old, new = EventFiles(tmp_path / "old"), EventFiles(tmp_path / "new")
    old.writer.add_scalar(speed, 100.0, 5)
    new.log_metrics({speed: 100.0}, 5)
    for run in (old, new):
        run.close("completed")
    assert (
        read_curve(tmp_path / "old", speed) == read_curve(tmp_path / "new", speed) == [(5, 100.0)]
    )


def test_a_table_stands_in_for_event_files(tmp_path):
    table = CsvTable(tmp_path)
    assert not has_curves(tmp_path)
    for step in (10, 20):
        table.log_metrics({"train/loss": 3.0}, step)
        table.log_metrics({"val/loss": 40 / step}, step)
    table.close("completed")
    assert has_curves(tmp_path)
    assert read_curve(tmp_path, "val/loss") == [(10, 4.0), (20, 2.0)]
    assert read_curve(tmp_path, "val/accuracy") == []
    (tmp_path / "metrics.csv").write_bytes(b"step,val/loss\n10,4.0\nx,\xff")
    assert read_curve(tmp_path, "val/loss") in ([], [(10, 4.0)])
