"""What a run's folder says of it: settings, metrics, how it ended."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.errors import RunError
from charlab.runs.checkpoint import save
from charlab.training.callbacks.checkpointing import BestSoFar
from charlab.training.loggers.csv_table import CsvTable
from charlab.training.record import RunRecord, final_samples, load_best, resolved_settings
from charlab.training.record import test_metrics as metrics_of_test
from charlab.training.run_name import RunName
from charlab.training.session import Session
from charlab.training.trainer import new_session

Make = Callable[..., Session]


@pytest.fixture
def make(compose_options: Callable[..., RunOptions], text_folder: Path) -> Make:
    """A small session; one step is done."""

    def make(*words: str) -> Session:
        path = f"dataset.path={text_folder / 'prose.txt'}"
        small = ["model.hidden_size=4", "model.embedding_size=3", "trainer.max_steps=4"]
        given = ["dataset=text", path, *small, "trainer.accelerator=cpu", "logger=csv"]
        prepared = prepare(compose_options(*given, *words))
        session = new_session(prepared.options, prepared.corpus)
        session.data_paths = prepared.data_paths
        session.module.updates.step(measure=True)
        return session

    return make


def record_of(session: Session, folder: Path) -> RunRecord:
    return RunRecord(session, folder, RunName(session.options, folder, (), None))


def read(folder: Path, name: str = "metrics.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text())
    return found


@pytest.mark.parametrize("typed", ["text.txt", "./text.txt", "../work/text.txt", "~/text.txt"])
def test_the_same_data_are_the_same_settings_however_typed_and_from_wherever(
    typed: str, make: Make, tmp_path: Path, text_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.chdir(place)
    (place / "text.txt").symlink_to(text_folder / "prose.txt")
    session = make(f"dataset.path={typed}")
    monkeypatch.chdir("/")  # a run may go on anywhere
    record_of(session, tmp_path)
    settings = read(tmp_path, "environment.json")["settings"]
    assert settings["dataset"]["path"] == str((text_folder / "prose.txt").resolve())
    assert settings["trainer"]["accelerator"] == "cpu"
    assert settings["dataset"]["min_count"] is not None


def test_standard_input_and_parts_that_are_not_given_are_no_paths(
    compose_options: Callable[..., RunOptions],
) -> None:
    options = compose_options("dataset=text", "dataset.path=-")
    dataset = resolved_settings(options, "cpu", {"path": "-"})["dataset"]
    assert (dataset["path"], dataset["val_path"]) == ("-", None)


def test_metrics_say_where_the_run_stands(make: Make, tmp_path: Path) -> None:
    session = make()
    session.module.metrics = {"val/loss": 2.5}
    session.best_metrics.offer({"val/loss": 2.0})
    session.best = BestSoFar(2.0, 1, 1)
    progress = session.module.progress
    progress.train_seconds, progress.elapsed_seconds = 4.0, 6.0
    record = record_of(session, tmp_path)
    record.extra = {"test/loss": 2.25}
    metrics = record.write("running")
    assert read(tmp_path) == metrics
    weights = sum(weight.numel() for weight in session.network.parameters())
    assert metrics == {
        "val/loss": 2.5,
        "best/val/loss": 2.0,
        "test/loss": 2.25,
        "model/parameters": weights,
        "time/train_seconds": 4.0,
        "time/elapsed_seconds": 6.0,
        "speed/train_chars_per_second": progress.characters / 4,
        "progress/epochs": 0,
        "progress/steps": 1,
        "progress/characters": progress.characters,
        "progress/best_step": 1,
        "progress/share": 0.25,
        "status": "running",
    }
    progress.train_seconds = 0.0
    assert record.write("running")["speed/train_chars_per_second"] == 0.0


class Results(CsvTable):
    """Keeps what it is told of a run's end."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told: list[Any] = []

    def add_results(
        self, settings: Mapping[str, Any], results: Mapping[str, float], step: int
    ) -> None:
        self.told.append((settings["status"], dict(results), step))

    def close(self, status: str) -> None:
        self.told.append(status)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, "completed"),
        (KeyboardInterrupt(), "interrupted"),
        (ValueError("x"), "failed"),
        (OSError(5, "Input/output error"), "failed"),
    ],
    ids=repr,
)
def test_whatever_ends_a_run_its_folder_and_loggers_say_so(
    error: BaseException | None, status: str, make: Make, tmp_path: Path
) -> None:
    session = make()
    session.best_metrics.offer({"val/loss": 2.0, "val/perplexity": 7.5, "val/accuracy": 0.5})
    record, results = record_of(session, tmp_path), Results(tmp_path)
    record.loggers.loggers = [results]
    record.extra = {"test/loss": 2.25}
    if error is None:
        with record.closing():
            record.finish("completed")
    else:
        with pytest.raises(type(error)) as caught, record.closing():
            raise error
        assert caught.value is error
    assert read(tmp_path)["status"] == status
    compared = {"best/val/loss": 2.0, "best/val/perplexity": 7.5, "test/loss": 2.25}
    assert results.told == [(status, compared, 1), status]


def test_a_logger_that_cannot_log_is_an_error_before_training(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: CsvTable, settings: Any, *, resumed: bool) -> None:
        raise ConnectionError("no\nserver")

    monkeypatch.setattr(CsvTable, "begin", fails)
    with pytest.raises(RunError, match=r"^logger=csv: ConnectionError: no server$"):
        record_of(make(), tmp_path)


def test_the_best_weights_are_loaded_with_their_validation(make: Make, tmp_path: Path) -> None:
    session = make("trainer.ema_decay=0.5")
    (tmp_path / "checkpoints").mkdir()
    best = dataclasses.replace(session.snapshot(), metrics={"val/loss": 2.0, "train/loss": 1.0})
    save(best, tmp_path / "checkpoints" / "best.ckpt")
    for _ in range(3):
        session.module.updates.step(measure=False)
    assert load_best(session, tmp_path) == {"val/loss": 2.0}
    for name, weight in session.network.state_dict().items():
        assert torch.equal(weight, best.network[name])


def test_without_a_best_one_the_last_or_their_average_stay(make: Make, tmp_path: Path) -> None:
    plain, averaged = make(), make("trainer.ema_decay=0.5")
    averaged.module.updates.step(measure=False)
    average: Any = averaged.module.updates.average
    for session, expected in ((plain, None), (averaged, average.weights())):
        last = {k: v.clone() for k, v in session.network.state_dict().items()}
        assert load_best(session, tmp_path) == {}
        for name, weight in session.network.state_dict().items():
            assert torch.equal(weight, (expected or last)[name])


def test_the_test_part_is_measured_if_there_is_one(make: Make) -> None:
    session = make()
    metrics, meter = metrics_of_test(session)
    assert meter is not None
    assert {"test/loss", "test/accuracy", "test/bits_per_char"} <= metrics.keys()
    batches = session.task.evaluation_batches(session.corpus.splits["test"], device=session.device)
    network: Any = session.network.eval()
    losses, predictions, state = 0.0, 0, None
    with torch.no_grad():
        for batch in batches:
            logits, state = network(batch.ids, None if batch.fresh is not None else state)
            targets = batch.targets.flatten()
            losses += float(
                torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets, reduction="sum")
            )
            predictions += int((targets != -100).sum())
    assert metrics["test/loss"] == pytest.approx(losses / predictions, rel=1e-5)
    without, meter = metrics_of_test(make("dataset.split.fractions=[0.9,0.1,0]"))
    assert meter is None
    assert not [name for name in without if name.startswith("test/")]


def test_one_batch_by_heart_is_not_tested(make: Make) -> None:
    assert metrics_of_test(make("debug=overfit")) == ({}, None)


def test_samples_are_said_and_written(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    final_samples(make("task.samples.count=0"), tmp_path)
    assert not any(tmp_path.iterdir())
    caplog.set_level("INFO", "charlab")
    final_samples(make("task.samples.count=2", "task.samples.length=30"), tmp_path)
    text = (tmp_path / "samples.txt").read_text()
    assert text.endswith("\n")
    heading, *lines = dict.fromkeys(record.getMessage() for record in caplog.records)
    assert heading.startswith("samples")
    assert set(text.split("\n")) - {""} == set(lines) - {""}
