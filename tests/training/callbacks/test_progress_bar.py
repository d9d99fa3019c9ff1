"""What the screen shows of a run: which figures, in what room, and how much time is left."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.system.terminal import LOGGER, console
from charlab.training.callbacks.progress_bar import ProgressDisplay
from charlab.training.trainer import new_session

TRAINER: Any = None  # the hooks do not look at it
METRICS = {
    "train/loss": 2.5,
    "train/perplexity": 1234.5678,
    "val/loss": 2.25,
    "val/perplexity": 9.48774,
    "speed/train_chars_per_second": 12345.6,
}
BEST = {"best/val/loss": 2.25, "best/val/perplexity": 9.48774}


@pytest.fixture
def module(
    compose_options: Callable[..., RunOptions],
    text_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Any:
    """The first of four epochs is over; what is said can be read."""
    monkeypatch.setattr(LOGGER, "propagate", True)
    caplog.set_level("INFO", "charlab")
    options = compose_options(
        "dataset=text",
        f"dataset.path={text_folder / 'prose.txt'}",
        "model.hidden_size=4",
        "model.embedding_size=3",
        "trainer.max_epochs=4",
    )
    prepared = prepare(options)
    module = new_session(prepared.options, prepared.corpus).module
    module.progress.epoch = 1
    module.metrics = dict(METRICS)
    return module


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that a test sets."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def said(caplog: pytest.LogCaptureFixture) -> list[Text]:
    found = {id(record): record.msg for record in caplog.records}
    assert all(isinstance(text, Text) for text in found.values())
    return list(found.values())  # type: ignore[arg-type]  # just asserted


def styles(text: Text, style: str) -> list[str]:
    return [text.plain[span.start : span.end] for span in text.spans if span.style == style]


def test_a_validation_is_said_with_its_figures(
    module: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ProgressDisplay("lines", {"best/val/loss": 2.0}).on_train_epoch_end(TRAINER, module)
    ProgressDisplay("lines", BEST).on_train_epoch_end(TRAINER, module)
    ProgressDisplay("none", BEST).on_train_epoch_end(TRAINER, module)
    worse, best = said(caplog)
    for text in (worse, best):
        assert text.plain == (
            "epoch 1/4  train loss 2.500  val loss 2.250, perplexity 9.488  12,346 chars/s"
        )
        assert styles(text, "heading") == ["epoch 1/4"]
    assert styles(worse, "good") == []
    assert styles(best, "good") == ["2.250"]


def test_a_line_holds_as_much_as_has_room(module: Any) -> None:
    display = ProgressDisplay("lines", BEST)
    lines = [display._line(module, ("val",), width).plain for width in range(100)]
    position = "epoch 1/4"
    for width, line in enumerate(lines):
        assert len(line) <= max(width, len(position + "  val loss 2.250"))
        assert line.startswith(position)
        assert "val loss 2.250" in line
    assert [line for number, line in enumerate(lines) if line != lines[number - 1]][1:] == [
        f"{position}  val loss 2.250, perplexity 9.488",
        f"{position}  train loss 2.500  val loss 2.250, perplexity 9.488",
        f"{position}  train loss 2.500  val loss 2.250, perplexity 9.488  12,346 chars/s",
        f"{position}  train loss 2.500, perplexity 1,234.6  val loss 2.250, perplexity 9.488  "
        "12,346 chars/s",
    ]


def test_before_the_first_figures_there_is_the_position_alone(module: Any) -> None:
    module.metrics = {}
    module.progress.epoch = 0
    assert ProgressDisplay("lines", {})._line(module, (), 80).plain == "epoch 0/4"


@pytest.mark.parametrize(
    ("began", "seconds", "left"), [(0, 60, "3:00"), (0, 3600, "3:00:00"), (1, 60, None)]
)
def test_the_time_left_is_by_what_this_session_did(
    began: int, seconds: int, left: str | None, module: Any, clock: list[float]
) -> None:
    display = ProgressDisplay("lines", {})
    module.progress.epoch = began
    display.on_train_start(TRAINER, module)
    module.progress.epoch = 1
    clock[0] += seconds
    line = display._line(module, (), 200).plain
    assert line.endswith(f"12,346 chars/s  {left} left" if left else "12,346 chars/s")


def test_a_run_that_goes_on_does_not_count_what_was_done_before(
    module: Any, clock: list[float]
) -> None:
    display = ProgressDisplay("lines", {})
    display.on_train_start(TRAINER, module)
    module.progress.epoch = 3
    clock[0] += 100
    assert display._line(module, (), 200).plain.endswith("0:50 left")  # a quarter at that pace


def test_lines_come_now_and_then(
    module: Any, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    display = ProgressDisplay("lines", BEST)
    display.on_train_start(TRAINER, module)
    for _ in range(100):
        clock[0] += 1
        display.on_train_batch_end(TRAINER, module, None, None, 0)
    assert len(said(caplog)) == 3  # one in 30 seconds
    display.on_train_epoch_end(TRAINER, module)
    for _ in range(29):
        clock[0] += 1
        display.on_train_batch_end(TRAINER, module, None, None, 0)
    assert len(said(caplog)) == 4
    quiet = ProgressDisplay("none", BEST)
    quiet.on_train_start(TRAINER, module)
    clock[0] += 1000
    quiet.on_train_batch_end(TRAINER, module, None, None, 0)
    assert len(said(caplog)) == 4


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("ended", ["well", "by an error"])
def test_a_terminal_has_a_bar_that_is_gone_in_the_end(
    ended: str, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setattr(console, "is_interactive", True)  # as where charlab starts in a terminal
    display = ProgressDisplay("auto", BEST)
    display.on_train_start(TRAINER, module)
    display.on_train_batch_end(TRAINER, module, None, None, 0)
    if ended == "well":
        display.teardown(TRAINER, module, "fit")
    else:
        display.on_exception(TRAINER, module, ZeroDivisionError())
    shown = screen.getvalue()
    assert "epoch 1/4" in shown
    assert "train loss 2.500" in shown
    last = shown.rpartition("epoch 1/4")[2]
    assert "\x1b[1A" in last  # the cursor goes up
    assert last.rstrip().endswith("\x1b[2K")  # and what it passes is wiped
    before = screen.getvalue()
    display.teardown(TRAINER, module, "fit")
    assert screen.getvalue() == before


def test_elsewhere_auto_means_lines(module: Any, caplog: pytest.LogCaptureFixture) -> None:
    display = ProgressDisplay("auto", BEST)
    display.on_train_start(TRAINER, module)
    display.on_train_batch_end(TRAINER, module, None, None, 0)
    assert said(caplog) == []
    display.on_train_epoch_end(TRAINER, module)
    assert len(said(caplog)) == 1
