"""Loggers by name: several at once, one that fails, runs that go on, extras that are not there."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.reports.event_curves import has_curves
from charlab.runs.event_files import event_files
from charlab.system.terminal import LOGGER
from charlab.training.loggers.base import RunLogger
from charlab.training.loggers.csv_table import CsvTable
from charlab.training.loggers.run_loggers import RunLoggers
from tests.support.in_process import in_process
from tests.support.shell import only_run

pytestmark = pytest.mark.usefixtures("undrawn")


def test_what_is_chosen_is_written_also_by_a_resumed_run(
    given: list[str], train: Callable[..., None], tmp_path: Path
) -> None:
    train(*given, "logger=none")
    run = only_run(tmp_path)
    assert not has_curves(run)
    train(f"resume={run}", "trainer.max_epochs=3", "logger=[tensorboard,csv]")
    assert (run / "metrics.csv").exists()
    assert any(event_files(run))
    assert not any(tmp_path.rglob("hparams.yaml"))


class Broken(CsvTable):
    kind = "broken"

    def add_text(self, tag: str, text: str, step: int) -> None:
        raise ConnectionError("the server\nis away")


def test_a_logger_that_fails_is_left_out_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOGGER, "propagate", True)
    table: RunLogger = CsvTable(tmp_path)
    loggers = RunLoggers([Broken(tmp_path / "broken"), table])
    loggers.scalars({"val/loss": 1.0}, 1)
    for step in (2, 3):
        loggers.text("samples", "abc", step)
        loggers.scalars({"val/loss": 1.0}, step)
    loggers.close("completed")
    said = list({id(record): record.message for record in caplog.records}.values())
    assert said == [
        "logger=broken: ConnectionError: the server is away; the run goes on without it"
    ]
    assert loggers.loggers == (table,)
    assert len((tmp_path / "metrics.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize("name", ["wandb", "mlflow"])
def test_an_extra_that_is_not_there_is_a_line_before_training(
    given: list[str], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    absent = {"wandb", "mlflow"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda m: None if m in absent else find(m))
    done = in_process("train.py", *given, f"logger={name}")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: logger={name} needs a package that is not installed: pip install "
        f"'charlab[{name}]' (in a clone: pip install '.[{name}]')"
    ]
    assert not any(tmp_path.iterdir())
