"""What a run draws at its end for its folder and its loggers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.gallery import pictures
from charlab.system.terminal import LOGGER
from charlab.training import run, run_figures
from tests.support.shell import TINY

Told = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def finish(
    compose_options: Callable[..., RunOptions],
    names_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[Path, Told]]:
    """Trains a generator of names for a few steps; its folder, and the images that loggers saw."""
    told: Told = []
    monkeypatch.setattr("charlab.training.callbacks.log_dataset.show_data", lambda *_: None)
    monkeypatch.setattr(run, "write_run_figures", lambda *_: None)
    monkeypatch.setattr(
        "charlab.training.loggers.run_loggers.RunLoggers.image",
        lambda self, tag, pixels, step: told.append((tag, pixels.shape)),
    )

    def train(*words: str) -> tuple[Path, Told]:
        options = compose_options(
            f"dataset.path={names_folder}", f"output_dir={tmp_path}", *TINY, "trainer.max_steps=3",
            *words,
        )  # fmt: skip
        result = run.train(prepare(options))
        assert result.status == "completed"
        return result.folder, told

    return train


def test_quick_pictures_and_their_page(finish: Callable[..., tuple[Path, Told]]) -> None:
    folder, told = finish("trainer.figures=auto")
    names = {path.name for path in (folder / "look").iterdir()}
    assert names == {"index.html", "curves.png", "predictions.png", "surprise.png", "unfolded.png"}
    assert [tag for tag, _ in told] == [
        f"your network/{name}" for name in ("curves", "predictions", "surprise", "unfolded")
    ]
    assert all(shape[2] == 3 for _, shape in told)


@pytest.mark.parametrize(
    "words", [["trainer.figures=never"], ["trainer.figures=auto", "debug=smoke"]]
)
def test_unasked_a_debug_run_draws_none(
    finish: Callable[..., tuple[Path, Told]], words: list[str]
) -> None:
    folder, told = finish(*words)
    assert not (folder / "look").exists()
    assert told == []


def test_what_cannot_be_drawn_ends_no_run(
    finish: Callable[..., tuple[Path, Told]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("no fonts")

    said: list[str] = []
    monkeypatch.setattr(LOGGER, "warning", lambda text, *rest: said.append(str(text)))
    monkeypatch.setattr(pictures, "unfolded_figure", fails)
    monkeypatch.setattr(run_figures, "warn", said.append)
    folder, told = finish("trainer.figures=auto")
    assert any("cannot draw unfolded: ValueError: no fonts" in text for text in said)
    assert (folder / "look" / "predictions.png").exists()
    assert len(told) == 3
