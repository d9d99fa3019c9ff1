"""Optimizers and schedulers by ``_target_``: the rates that PyTorch gives, and exact resume."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as of_torch

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.runs.checkpoint import load
from charlab.targets.making import make_optimizer
from charlab.training import module
from charlab.training import run as training
from charlab.training.module import TrainingModule
from tests.support.same_run import assert_same_run
from tests.support.shell import TINY
from tests.support.stop_after import StopAfter

pytestmark = pytest.mark.usefixtures("undrawn")

Compose = Callable[..., RunOptions]
SCHEDULER = "torch.optim.lr_scheduler"


@pytest.fixture
def words(text_folder: Path, tmp_path: Path) -> list[str]:
    """A run of two epochs of 40 steps, each with a validation."""
    words = [*TINY, "dataset=text", f"dataset.path={text_folder / 'prose.txt'}", "model=gru"]
    words += ["trainer.progress=none", "trainer.log_every=1000", "trainer.precision=float32"]
    return [*words, "dataset.batch_size=2", f"output_dir={tmp_path}"]


def rates(options: RunOptions, monkeypatch: pytest.MonkeyPatch) -> tuple[list[float], list[float]]:
    """The rate of each step of a run, and its validation losses."""
    used: list[float] = []
    losses: list[float] = []
    after = TrainingModule.on_validation_epoch_end

    def made(*arguments: Any) -> torch.optim.Optimizer:
        optimizer = make_optimizer(*arguments)
        optimizer.register_step_pre_hook(
            lambda *_: used.append(float(optimizer.param_groups[0]["lr"]))
        )
        return optimizer

    def validated(self: Any) -> None:
        after(self)
        losses.append(self.metrics["val/loss"])

    with monkeypatch.context() as patch:
        patch.setattr(module, "make_optimizer", made)
        patch.setattr(TrainingModule, "on_validation_epoch_end", validated)
        training.train(prepare(options))
    return used, losses


OPTIMIZER = ["optimizer=sgd", "optimizer.lr=0.1"]


def expect(kind: Any, arguments: dict[str, Any], at: Callable[[int], bool], steps: int) -> Any:
    """The rates of a plain loop, which steps the scheduler after the steps that ``at`` says."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    scheduler = kind(optimizer, **arguments)
    expected = []
    for done in range(1, steps + 1):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if at(done):
            scheduler.step()
    return expected


def test_a_scheduler_of_each_epoch(
    compose_options: Compose, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = f"scheduler={{_target_: {SCHEDULER}.ExponentialLR, gamma: 0.5}}"
    found, losses = rates(compose_options(*words, *OPTIMIZER, chosen), monkeypatch)
    epoch = len(found) // 2
    assert len(losses) == 2
    assert found == [0.1] * epoch + [0.05] * epoch


def test_a_scheduler_of_each_step(
    compose_options: Compose, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = f"scheduler={{_target_: {SCHEDULER}.OneCycleLR, max_lr: 0.2}}"
    found, _ = rates(compose_options(*words, *OPTIMIZER, chosen), monkeypatch)
    steps = len(found)
    expected = expect(
        of_torch.OneCycleLR, {"max_lr": 0.2, "total_steps": steps}, lambda n: n < steps, steps
    )
    assert found == pytest.approx(expected, rel=1e-12)
    assert max(found) == pytest.approx(0.2, rel=1e-2)


def test_a_scheduler_in_another_interval_and_made_of_others(
    compose_options: Compose, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    warmup = f"{{_target_: {SCHEDULER}.LinearLR, start_factor: 0.1, total_iters: 5}}"
    decay = f"{{_target_: {SCHEDULER}.ExponentialLR, gamma: 0.9}}"
    chosen = (
        f"scheduler={{_target_: {SCHEDULER}.SequentialLR, interval: step, milestones: [5], "
        f"schedulers: [{warmup}, {decay}]}}"
    )
    words = [*words, "trainer.max_steps=12"]
    found, _ = rates(compose_options(*words, *OPTIMIZER, chosen), monkeypatch)
    assert found[:6] == pytest.approx([0.01 + 0.018 * n for n in range(5)] + [0.1])
    assert found[6:] == pytest.approx([0.1 * 0.9**n for n in range(1, 7)])


def test_one_that_waits_for_a_metric(
    compose_options: Compose, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = f"scheduler={{_target_: {SCHEDULER}.ReduceLROnPlateau, patience: 0, factor: 0.5}}"
    more = ["trainer.validate_every=4", "trainer.max_steps=24", "optimizer=sgd", "optimizer.lr=3"]
    found, losses = rates(compose_options(*words, *more, chosen), monkeypatch)
    rate, best, expected = 3.0, math.inf, []
    for loss in losses:
        expected += [rate] * 4
        if loss > best * (1 - 1e-4):
            rate *= 0.5
        best = min(best, loss)
    assert found == expected
    assert rate < 3.0  # it did wait


RESUMED = {
    "RAdam, OneCycleLR": (
        "optimizer={_target_: torch.optim.RAdam, lr: 0.01, betas: [0.8, 0.9]}",
        f"scheduler={{_target_: {SCHEDULER}.OneCycleLR, max_lr: 0.02}}",
    ),
    "NAdam, ReduceLROnPlateau": (
        "optimizer={_target_: torch.optim.NAdam, lr: 0.05}",
        f"scheduler={{_target_: {SCHEDULER}.ReduceLROnPlateau, patience: 0, "
        "monitor: val/accuracy}",
    ),
    "Adafactor, warm restarts": (
        "optimizer={_target_: torch.optim.Adafactor}",
        f"scheduler={{_target_: {SCHEDULER}.CosineAnnealingWarmRestarts, T_0: 7, interval: step}}",
    ),
    "RMSprop, CyclicLR": (
        "optimizer={_target_: torch.optim.RMSprop, momentum: 0.9, centered: true}",
        f"scheduler={{_target_: {SCHEDULER}.CyclicLR, base_lr: 1e-4, max_lr: 0.01}}",
    ),
    "ASGD, MultiStepLR": (
        "optimizer={_target_: torch.optim.ASGD}",
        f"scheduler={{_target_: {SCHEDULER}.MultiStepLR, milestones: [3, 9], interval: step}}",
    ),
    "Rprop": ("optimizer={_target_: torch.optim.Rprop, lr: 0.001}", "scheduler=constant"),
    "Adagrad": ("optimizer={_target_: torch.optim.Adagrad, lr: 0.1}", "scheduler=linear"),
    "Adamax, SWALR": (
        "optimizer={_target_: torch.optim.Adamax}",
        "scheduler={_target_: torch.optim.swa_utils.SWALR, swa_lr: 0.1, interval: step}",
    ),
    "AdamW, chained": (
        "optimizer={_target_: torch.optim.AdamW, amsgrad: true}",
        f"scheduler={{_target_: {SCHEDULER}.ChainedScheduler, interval: step, schedulers: "
        f"[{{_target_: {SCHEDULER}.LinearLR}}, {{_target_: {SCHEDULER}.StepLR, step_size: 9}}]}}",
    ),
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if number == 1 else pytest.mark.slow)
        for number, case in enumerate(RESUMED)
    ],
)
def test_stopped_and_resumed_is_never_stopped(
    case: str, compose_options: Compose, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [*RESUMED[case], "trainer.max_steps=30", "trainer.validate_every=9"]
    options = compose_options(*words, *more)
    whole = training.train(prepare(options))
    with monkeypatch.context() as patch:
        patch.setattr(training, "StopSignals", lambda: StopAfter(25))
        stopped = training.train(prepare(options))
    assert stopped.status == "interrupted"
    checkpoint = load(stopped.folder / "checkpoints" / "last.ckpt")
    assert 9 < checkpoint.training["progress"]["step"] < 30
    resumed = training.resume(checkpoint, checkpoint.options, stopped.folder)
    assert resumed.status == "completed"
    assert_same_run(whole.folder, resumed.folder)
