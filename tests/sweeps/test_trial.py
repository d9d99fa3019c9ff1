"""One trial: an ordinary run in the sweep's folder, begun, gone on with, or begun anew."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir

from charlab.config.compose import Composition
from charlab.errors import CharlabError
from charlab.sweeps.trial import run_trial
from charlab.training import run
from tests.support.shell import TINY
from tests.support.stop_after import StopAfter

SHORT = ["trainer.progress=none", "trainer.max_steps=24", "trainer.validate_every=8"]


@pytest.fixture(scope="module")
def composition(conf: Path) -> dict[str, Any]:
    with initialize_config_dir(str(conf), version_base="1.3"):
        return Composition.of(compose("train", [], return_hydra_config=True)).to_plain()


@pytest.fixture
def arguments(text_folder: Path) -> list[str]:
    return ["dataset=text", f"dataset.path='{text_folder}'", *TINY, *SHORT]


def metrics_of(folder: Path) -> Any:
    return json.loads((folder / "metrics.json").read_text())


def test_a_trial_from_beginning_to_end(
    composition: dict[str, Any], arguments: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "sweep" / "3"
    ended = run_trial(arguments, composition, folder, None)
    metrics = metrics_of(folder)
    assert ended.status == metrics["status"] == "completed"
    assert ended.metrics["val/loss"] == pytest.approx(metrics["best/val/loss"])
    assert ended.metrics["model/parameters"] == metrics["model/parameters"]
    overrides = (folder / ".hydra" / "overrides.yaml").read_text()
    assert "model.hidden_size=12" in overrides
    again = run_trial(arguments, composition, folder, None)  # killed before it could tell
    assert again.metrics["val/loss"] == ended.metrics["val/loss"]
    assert metrics_of(folder)["progress/steps"] == metrics["progress/steps"]


def test_it_goes_on_from_its_own_checkpoint(
    composition: dict[str, Any], arguments: list[str], tmp_path: Path, monkeypatch: Any
) -> None:
    whole = run_trial(arguments, composition, tmp_path / "whole", None)
    folder = tmp_path / "0"
    with monkeypatch.context() as patch:
        patch.setattr(run, "StopSignals", lambda: StopAfter(12, signal.SIGTERM))
        stopped = run_trial(arguments, composition, folder, None)
    assert stopped.status == "interrupted"
    ended = run_trial(arguments, composition, folder, None)
    assert ended.status == "completed"
    assert "goes on from step" in (folder / "train.log").read_text()
    assert ended.metrics["val/loss"] == whole.metrics["val/loss"]


@pytest.mark.parametrize("what", ["nothing", "a damaged checkpoint"])
def test_it_begins_anew_where_nothing_can_be_gone_on_with(
    what: str, composition: dict[str, Any], arguments: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "0"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "metrics.json").write_text('{"status": "running"}')
    (folder / "train.log").write_text("of the dead\n")
    if what != "nothing":
        (folder / "checkpoints" / "last.ckpt").write_bytes(b"torn")
    ended = run_trial(arguments, composition, folder, None)
    assert ended.status == "completed"
    assert "of the dead" not in (folder / "train.log").read_text()


def test_words_that_make_no_run_leave_the_folder_alone(
    composition: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(CharlabError, match=r"model\.hidden_size must be at least 1"):
        run_trial(["model.hidden_size=0"], composition, tmp_path / "0", None)
    assert not (tmp_path / "0").exists()
