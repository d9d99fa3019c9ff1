"""Callbacks of the user's own: called as Lightning calls them, saved, restored, named in errors."""

import dataclasses
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytorch_lightning as pl
import torch

import charlab
from charlab import targets
from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.errors import CheckpointError, ConfigError, one_line
from charlab.evaluation.evaluate import measure
from charlab.runs.checkpoint import load
from charlab.training import run as training
from charlab.training.callbacks.users import UserCallbacks
from charlab.training.session import Session
from tests.support.same_run import assert_same_run
from tests.support.shell import TINY
from tests.support.stop_after import StopAfter

pytestmark = pytest.mark.usefixtures("undrawn")

Compose = Callable[..., RunOptions]


class Witness(pl.Callback):
    """Notes what it is told; its state is numbers and tensors."""

    def __init__(self, fail_at: int | None = None, keep: Any = None) -> None:
        self.fail_at = fail_at
        self.kept = {"array": np.zeros(2), "number": np.float32(0.5)}.get(keep)
        self.steps: list[int] = []
        self.epochs: list[int] = []
        self.lowest = torch.tensor(torch.inf)

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        self.steps.append(trainer.global_step)
        if trainer.global_step == self.fail_at:
            raise KeyError("a slip of the user's")

    def on_train_epoch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        self.epochs.append(trainer.current_epoch)
        self.lowest = torch.minimum(self.lowest, trainer.callback_metrics["val/loss"].cpu())

    def state_dict(self) -> dict[str, Any]:
        state = {"steps": self.steps, "epochs": self.epochs, "lowest": self.lowest}
        return state if self.kept is None else {**state, "kept": self.kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.steps, self.epochs = list(state_dict["steps"]), list(state_dict["epochs"])
        self.lowest = state_dict["lowest"]

    def on_save_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: dict[str, Any]) -> None:
        checkpoint["how many"] = len(self.steps)

    def on_load_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: dict[str, Any]) -> None:
        states = checkpoint["callbacks"][self.state_key]
        assert checkpoint["how many"] == len(states["steps"]) == checkpoint["global_step"]


targets.callbacks.register("witness")(Witness)
EMA = "callbacks.ema={_target_: pytorch_lightning.callbacks.EMAWeightAveraging, decay: 0.8}"
STOP = "callbacks.stop={_target_: pytorch_lightning.callbacks.EarlyStopping, monitor: val/loss}"


@pytest.fixture
def words(text_folder: Path, tmp_path: Path) -> list[str]:
    words = [*TINY, "dataset=text", f"dataset.path={text_folder / 'prose.txt'}", "model=gru"]
    words += ["trainer.progress=none", "trainer.max_steps=14", "trainer.validate_every=5"]
    return [*words, f"output_dir={tmp_path}", "trainer.precision=float32"]


def failure(options: RunOptions) -> str:
    with pytest.raises(ConfigError) as caught:
        training.train(prepare(options))
    assert len(caught.value.lines) == 1
    return str(caught.value)


def test_stopped_and_resumed_is_never_stopped(
    compose_options: Compose, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = compose_options(*words, EMA, STOP, "callbacks.w._target_=witness")
    whole = training.train(prepare(options))
    with monkeypatch.context() as patch:
        patch.setattr(training, "StopSignals", lambda: StopAfter(7))
        done = training.train(prepare(options))
    for questions in (12, 1000):
        assert done.status == "interrupted"
        checkpoint = load(done.folder / "checkpoints" / "last.ckpt")
        assert checkpoint.options.callbacks == {}
        own = dataclasses.replace(checkpoint.options, callbacks=options.callbacks)
        with monkeypatch.context() as patch:
            patch.setattr(training, "StopSignals", lambda n=questions: StopAfter(n))
            done = training.resume(checkpoint, own, done.folder)
    assert_same_run(whole.folder, done.folder)
    state = load(done.folder / "checkpoints" / "last.ckpt").training["callbacks"]
    witness = state["states"]["w"]["state"]
    assert witness["steps"] == list(range(1, 15))  # a batch is a step
    assert witness["epochs"] == [0, 1, 2]


def test_the_best_weights_are_those_that_a_callback_averages(
    compose_options: Compose, words: list[str]
) -> None:
    options = compose_options(*words, EMA)
    done = training.train(prepare(options))
    checkpoint = load(done.folder / "checkpoints" / "best.ckpt")
    raw = checkpoint.training["callbacks"]["more"]["current_model_state"]
    name, weight = next(iter(checkpoint.network.items()))
    assert not torch.equal(raw[f"network.{name}"], weight)
    prepared = prepare(options)
    session = Session(prepared.options, prepared.corpus)
    session.network.load_state_dict(checkpoint.network)
    batches = session.validation_batches()
    assert batches is not None
    meter = session.task.new_meter(session.network)
    values = measure(session.network, meter, batches, session.module.val_text)
    assert values["loss"] == pytest.approx(done.validated["val/loss"], rel=1e-6)


@pytest.mark.slow
def test_the_command_line_goes_on_with_and_without(
    command_line: Callable[..., "subprocess.CompletedProcess[str]"],
    words: list[str],
    tmp_path: Path,
) -> None:
    done = command_line("train.py", *words, STOP, "callbacks.w._target_=witness")
    assert done.returncode == 0, done.stderr
    again = command_line("train.py", "resume=latest", "trainer.max_steps=15", STOP)
    assert "with the callback 'w' and goes on without" in again.stdout, again.stderr
    last = command_line("train.py", "resume=latest", "trainer.max_steps=16", "callbacks.stop=null")
    assert "with the callback 'stop' and goes on without" in last.stdout, last.stderr
    quiet = command_line("train.py", "resume=latest", "trainer.max_steps=17")
    assert "goes on without" not in quiet.stdout
    wrong = command_line("train.py", "resume=latest", "callbacks.stop._target_=os.path.nothing")
    assert wrong.returncode == 1
    assert "error: callbacks.stop._target_=os.path.nothing: there is no such class" in wrong.stderr


def test_an_error_is_said_to_be_whose_it_is(compose_options: Compose, words: list[str]) -> None:
    own = compose_options(*words, STOP, "callbacks.w={_target_: witness, fail_at: 3}")
    with pytest.raises(KeyError) as caught:
        training.train(prepare(own))
    (note,) = caught.value.__notes__
    assert note.startswith("This was raised in callbacks.w (")
    assert note.endswith("Witness), which is the user's own.")
    assert note in one_line(caught.value)
    line = failure(compose_options(*words, STOP.replace("val/loss", "val/los")))
    assert line.startswith("callbacks.stop (EarlyStopping): Early stopping conditioned on metric")


def test_what_cannot_be(compose_options: Compose, words: list[str]) -> None:
    lightning = "pytorch_lightning.callbacks"
    line = failure(compose_options(*words, STOP, STOP.replace("stop", "halt")))
    assert line.startswith("callbacks.stop and callbacks.halt would save their states under one")
    monitor = f"callbacks.a._target_={lightning}.LearningRateMonitor"
    line = failure(compose_options(*words, "logger=none", monitor))
    assert line.startswith("callbacks.a (LearningRateMonitor): Cannot use")
    line = failure(compose_options(*words, f"callbacks.a._target_={lightning}.RichProgressBar"))
    assert line.startswith("callbacks: ")
    line = failure(compose_options(*words, "callbacks.a._target_=fractions.Fraction"))
    assert line.endswith("makes no Callback of pytorch_lightning (it is a fractions.Fraction)")
    line = failure(compose_options(*words, "callbacks.a={_target_: witness, keep: array}"))
    assert line.startswith("the callback a keeps a ndarray in its state")


@pytest.mark.parametrize(
    "stored",
    [
        3,
        {},
        {"states": 3},
        {"states": {"w": {}}},
        {"states": {"w": {"key": "w", "state": 3}}},
        {"states": {}, "more": 3, "epoch": 1},
        {"states": {}, "more": {}, "epoch": "x"},
        {"states": {}, "more": {"a": {"tensor of one number": 1, "its type": "load"}}, "epoch": 0},
    ],
    ids=str,
)
def test_a_tampered_state(stored: Any) -> None:
    with pytest.raises((CheckpointError, TypeError, LookupError, ValueError)):  # one line, all
        UserCallbacks({}).restore(stored)


def test_from_a_program(words: list[str]) -> None:
    model = charlab.train([*words, STOP, "callbacks.w={_target_: witness, keep: number}"])
    state = load(model.path).training["callbacks"]["states"]["w"]["state"]
    assert state["kept"] == 0.5
