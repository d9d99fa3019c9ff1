"""Loggers by name: several at once, one that fails, runs that go on, extras that are not there."""

import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charlab.reports.event_curves import has_curves
from charlab.runs.event_files import event_files
from charlab.system.terminal import LOGGER
from charlab.training.loggers.base import RunLogger
from charlab.training.loggers.csv_table import CsvTable
from charlab.training.loggers.run_loggers import RunLoggers
from tests.support.in_process import in_process
from tests.support.shell import TINY, only_run

pytestmark = pytest.mark.usefixtures("undrawn")


def needs(module: str) -> Any:
    there = importlib.util.find_spec(module) is not None
    return pytest.mark.skipif(not there, reason=f"pip install '.[{module}]'")


@pytest.fixture
def given(names_folder: Path, tmp_path: Path) -> Iterator[list[str]]:
    """A run's words; nothing that it sets in the environment stays."""
    before = dict(os.environ)
    yield [*TINY, "task=classify", f"dataset.path={names_folder}", f"output_dir={tmp_path}"]
    os.environ.clear()
    os.environ.update(before)


def train(*arguments: str) -> None:
    done = in_process("train.py", *arguments)
    assert done.returncode == 0, done.stderr


def test_what_is_chosen_is_written_also_by_a_resumed_run(given: list[str], tmp_path: Path) -> None:
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


@needs("mlflow")
@pytest.mark.slow
def test_mlflow_in_local_files_and_goes_on(given: list[str], tmp_path: Path) -> None:
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    store = tmp_path / "store"
    train(*given, "logger=[mlflow,csv]", f"logger.mlflow.tracking_uri=file:{store}", "seed=3")
    folder = only_run(tmp_path)
    train(f"resume={folder}", "trainer.max_epochs=3")
    (run,) = (path.parent for path in store.glob("*/*/meta.yaml"))  # the same one
    assert json.loads((folder / "loggers.json").read_text()) == {"mlflow": run.name}
    meta = (run / "meta.yaml").read_text()
    assert "status: 3" in meta  # finished
    assert "run_name: classify names lstm" in meta
    assert (run / "params" / "model.hidden_size").read_text() == "12"
    metrics = json.loads((folder / "metrics.json").read_text())
    for tag in ("val/loss", "test/accuracy", "best/val/loss"):
        last = (run / "metrics" / tag).read_text().splitlines()[-1]
        assert float(last.split()[1]) == pytest.approx(metrics[tag])
    steps = [int(line.split()[2]) for line in (run / "metrics/val/loss").read_text().splitlines()]
    assert steps == sorted(set(steps))
    assert len(steps) == 3
    assert len(list((run / "artifacts/val/confusion").glob("*.png"))) == 3


@needs("wandb")
@pytest.mark.slow
def test_wandb_offline_and_goes_on(given: list[str], tmp_path: Path) -> None:
    train(*given, "logger=wandb", "logger.wandb.offline=true")
    folder = only_run(tmp_path)
    train(f"resume={folder}", "trainer.max_epochs=3")
    run_id = json.loads((folder / "loggers.json").read_text())["wandb"]
    parts = [path.stem for path in folder.glob("wandb/offline-run-*/*.wandb")]
    assert parts == [f"run-{run_id}"] * 2
    said = (folder / "train.log").read_text()
    assert said.count(f"wandb: wandb sync {folder}/wandb/offline-run-") == 2
    kept = b"".join(path.read_bytes() for path in folder.glob("wandb/offline-run-*/*.wandb"))
    for name in (b"val/loss", b"best/val/loss", b"test/accuracy", b"classify names lstm"):
        assert name in kept
    assert any(folder.glob("wandb/offline-run-*/files/media/images/val/confusion*.png"))


@needs("wandb")
@pytest.mark.slow
def test_wandb_without_a_key_is_a_line_before_training(given: list[str], tmp_path: Path) -> None:
    os.environ |= {"WANDB_BASE_URL": "http://127.0.0.1:9", "HOME": str(tmp_path)}
    done = in_process("train.py", *given, "logger=wandb")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert "logger=wandb: " in line
    assert "logger.wandb.offline=true" in line
    assert not any(tmp_path.rglob("*.ckpt"))


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
