"""What Weights & Biases is told of a run."""

import importlib.util
import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from charlab.config.schema import WandbOptions
from charlab.training.loggers.wandb_run import WandbRun
from tests.support.in_process import in_process
from tests.support.shell import only_run

pytestmark = [
    pytest.mark.usefixtures("undrawn"),
    pytest.mark.skipif(importlib.util.find_spec("wandb") is None, reason="pip install '.[wandb]'"),
]


@pytest.mark.usefixtures("given")
def test_a_run_offline_is_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a run's"
    folder.mkdir()
    run = WandbRun(WandbOptions("mine", None, offline=True), folder, "a name", "a sweep", "abc123")
    said = run.begin({"seed": 1}, resumed=False)
    assert run.version == "abc123"
    run.add_text("samples", "été\nx\x1b[31m", 3)
    run.add_image("val/confusion", np.zeros((4, 5, 3), np.uint8), 3)
    run.log_metrics({"val/loss": 1.5}, 3)
    run.add_results({}, {"test/loss": 2.5}, 4)
    run.close("completed")
    (place,) = folder.glob("wandb/offline-run-*-abc123")
    assert said is not None
    assert shlex.split(said) == ["wandb", "sync", str(place)]
    (kept,) = place.glob("*.wandb")
    for name in (b"val/loss", b"test/loss", b"a name", b"a sweep", b"mine"):
        assert name in kept.read_bytes()
    (table,) = place.glob("files/media/table/samples*.json")
    assert json.loads(table.read_text()) == {
        "columns": ["text"],
        "data": [["été\nx\\x1b[31m"]],
    }
    (image,) = place.glob("files/media/images/val/confusion*.png")
    assert image.read_bytes()[1:4] == b"PNG"


@pytest.mark.slow
def test_a_run_offline_goes_on(
    given: list[str], train: Callable[..., None], tmp_path: Path
) -> None:
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


@pytest.mark.slow
def test_no_key_is_a_line_before_training(given: list[str], tmp_path: Path) -> None:
    os.environ |= {"WANDB_BASE_URL": "http://127.0.0.1:9", "HOME": str(tmp_path)}
    done = in_process("train.py", *given, "logger=wandb")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert "logger=wandb: " in line
    assert "logger.wandb.offline=true" in line
    assert not any(tmp_path.rglob("*.ckpt"))
