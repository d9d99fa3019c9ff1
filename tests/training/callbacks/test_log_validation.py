"""The best metrics of a run, and what each validation has shown."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.config.task_options import Metric
from charlab.training.callbacks.log_validation import BestMetrics, LogValidation
from charlab.training.loggers.csv_table import CsvTable
from charlab.training.loggers.run_loggers import RunLoggers
from charlab.training.trainer import new_session

LOSS = Metric("loss")
ACCURACY = Metric("accuracy", higher_is_better=True)
FIGURES = st.lists(st.tuples(st.floats(0, 9), st.floats(0, 1)), min_size=1)


@given(figures=FIGURES, data=st.data())
def test_the_best_are_the_lowest_and_the_highest_also_of_a_run_that_goes_on(
    figures: Sequence[tuple[float, float]], data: st.DataObject
) -> None:
    stopped = data.draw(st.integers(0, len(figures)))
    best = BestMetrics([LOSS, ACCURACY])
    for number, (loss, accuracy) in enumerate(figures):
        if number == stopped:  # what a checkpoint holds besides is no best figure
            best = BestMetrics([LOSS, ACCURACY], {**best.values, "val/loss": -1.0})
        best.offer({"val/loss": loss, "val/accuracy": accuracy, "train/loss": -1.0})
    losses, accuracies = zip(*figures, strict=True)
    assert best.values == {"best/val/loss": min(losses), "best/val/accuracy": max(accuracies)}


def test_a_figure_that_was_not_measured_has_no_best() -> None:
    best = BestMetrics([LOSS, ACCURACY])
    assert best.values == {}
    best.offer({"val/loss": 2.0, "val/perplexity": 7.4})
    assert best.values == {"best/val/loss": 2.0}
    best.offer({})
    assert best.values == {"best/val/loss": 2.0}


class Texts(CsvTable):
    """Keeps what it is shown."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.shown: list[tuple[str, str, int]] = []
        self.flushed = 0

    def add_text(self, tag: str, text: str, step: int) -> None:
        self.shown.append((tag, text, step))

    def flush(self) -> None:
        self.flushed += 1


@pytest.mark.usefixtures("undrawn")
def test_samples_of_a_validation_are_the_average_s(
    compose_options: Callable[..., RunOptions], text_folder: Path, tmp_path: Path
) -> None:
    options = compose_options(
        "dataset=text",
        f"dataset.path={text_folder / 'prose.txt'}",
        "model.hidden_size=4",
        "model.embedding_size=3",
        "trainer.ema_decay=0.9",
        "task.samples.count=1",
        "task.samples.length=20",
    )
    prepared = prepare(options)
    session = new_session(prepared.options, prepared.corpus)
    texts: Any = Texts(tmp_path)
    callback = LogValidation(RunLoggers([texts]), session.best_metrics, session.trained)
    module: Any = session.module
    trainer: Any = None  # the hook does not look at it
    module.progress.step = 7
    module.metrics = {"val/loss": 2.0}
    with torch.no_grad():
        for weight in session.network.parameters():
            weight.zero_()
        module.updates.average.update()
        module.network.decoder.bias[5] = 1000.0  # what is trained draws one character for ever
    callback.on_train_epoch_end(trainer, module)
    assert session.best_metrics.values == {"best/val/loss": 2.0}
    assert texts.flushed == 1
    ((tag, text, step),) = texts.shown
    assert (tag, step) == ("samples", 7)
    assert len(set(text)) > 3
    assert module.network.decoder.bias[5] == 1000.0
