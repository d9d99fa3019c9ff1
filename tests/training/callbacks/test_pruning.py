"""The watcher of a run: told every validation, heard while there is something left to save."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.runs.checkpoint import load
from charlab.sweeps.search.validations import report_unit
from charlab.training.run import resume, train
from tests.support.shell import TINY

TEXT = "she went, and he went. so it goes; " * 30


@pytest.fixture
def options(compose_options: Callable[..., RunOptions], tmp_path: Path) -> RunOptions:
    (tmp_path / "novel.txt").write_text(TEXT)
    return compose_options(
        "dataset=text", f"dataset.path={tmp_path / 'novel.txt'}", f"output_dir={tmp_path}", *TINY,
        "trainer.max_epochs=3", "trainer.progress=none",
    )  # fmt: skip


class Watcher:
    """Gives a run up at one of its validations."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.told: list[tuple[float, int]] = []

    def __call__(self, metrics: Mapping[str, float], characters: int) -> bool:
        self.told.append((metrics["val/loss"], characters))
        return len(self.told) == self.at


def test_it_is_told_every_validation(options: RunOptions) -> None:
    watcher = Watcher(None)
    result = train(prepare(options), watch=watcher)
    assert result.status == "completed"
    losses, characters = zip(*watcher.told, strict=True)
    unit, full = report_unit(prepare(options))
    assert len(watcher.told) == 3
    assert characters == pytest.approx([unit, 2 * unit, 3 * unit], rel=0.1)
    assert full == 3 * unit
    assert result.metrics["progress/characters"] == characters[-1]
    assert min(losses) == pytest.approx(result.validated["val/loss"])


def test_a_run_that_is_given_up_is_saved_as_it_is(options: RunOptions) -> None:
    watcher = Watcher(1)
    result = train(prepare(options), watch=watcher)
    assert result.status == result.metrics["status"] == "pruned"
    assert result.metrics["progress/epochs"] == 1
    assert result.metrics["progress/share"] == pytest.approx(1 / 3)
    assert not [key for key in result.metrics if key.startswith("test/")]
    assert (result.folder / "checkpoints" / "best.ckpt").exists()
    last = load(result.folder / "checkpoints" / "last.ckpt")
    again = resume(last, last.options, result.folder, watch=Watcher(None))
    assert again.status == "completed"
    assert again.metrics["progress/epochs"] == 3


def test_what_is_done_already_is_complete(options: RunOptions) -> None:
    assert train(prepare(options), watch=Watcher(3)).status == "completed"
