"""Rates and steps by their formulas; those of PyTorch's classes, by ``_target_``, in a run."""

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler as of_torch
from torch.testing import assert_close

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.config.schema import OPTIMIZERS, SCHEDULERS, AdamOptions, SchedulerOptions, SGDOptions
from charlab.runs.checkpoint import load
from charlab.targets.making import make_optimizer
from charlab.training import run as training
from charlab.training import updates
from charlab.training.module import TrainingModule
from charlab.training.optimization import rate_factor
from tests.support.same_run import assert_same_run
from tests.support.shell import TINY
from tests.support.stop_after import StopAfter

Compose = Callable[..., RunOptions]
SCHEDULER = "torch.optim.lr_scheduler"

SHARES = st.floats(0, 1)
OPTIONS = {
    "name": st.sampled_from(sorted(SCHEDULERS)),
    "warmup": st.floats(0, 0.99),
    "final": SHARES,
}


@given(share=SHARES, **OPTIONS)
def test_the_rate_is_the_written_formula(name, warmup, final, share):
    factor = rate_factor(SchedulerOptions(name, warmup, final), share)
    if share < warmup:
        assert factor == pytest.approx(max(0.01, share / warmup))
        return
    past = (share - warmup) / (1 - warmup)
    expected = {
        "cosine": final + (1 - final) * (1 + math.cos(math.pi * past)) / 2,
        "linear": (1 - past) * 1 + past * final,
        "constant": 1.0,
    }
    assert factor == pytest.approx(expected[name], abs=1e-9)


@pytest.mark.parametrize("final", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("warmup", [0.0, 0.2])
def test_the_points_that_everybody_knows(warmup, final):
    middle = (1 + warmup) / 2
    for name, at_middle, at_end in [
        ("cosine", (1 + final) / 2, final),
        ("linear", (1 + final) / 2, final),
        ("constant", 1.0, 1.0),
    ]:
        options = SchedulerOptions(name, warmup, final)
        shares = (warmup, middle, 1.0)
        assert [rate_factor(options, share) for share in shares] == pytest.approx(
            [1.0, at_middle, at_end], abs=1e-12
        )
        if warmup:
            assert rate_factor(options, 0.0) == 0.01  # never nothing
            assert rate_factor(options, warmup / 2) == pytest.approx(0.5)


@given(**OPTIONS, shares=st.lists(SHARES, min_size=2, max_size=20))
def test_up_and_then_down(name, warmup, final, shares):
    options = SchedulerOptions(name, warmup, final)
    shares = sorted([*shares, 0.0, warmup, 1.0])
    for before, after in pairwise(shares):
        first, second = rate_factor(options, before), rate_factor(options, after)
        assert 0 <= min(first, second) <= max(first, second) <= 1 + 1e-12
        if after <= warmup:
            assert second >= first - 1e-12
        elif before >= warmup:
            assert second <= first + 1e-12


ALL = {
    "adamw": (AdamOptions("adamw", 0.1, (0.8, 0.95), 0.3), torch.optim.AdamW),
    "adam": (AdamOptions("adam", 0.1, (0.8, 0.95), 0.3), torch.optim.Adam),
    "sgd": (SGDOptions("sgd", 0.1, 0.5, 0.3), torch.optim.SGD),
}


def test_all_names_are_tested():
    assert set(ALL) == set(OPTIMIZERS)


def run(options, steps, start=(2.0, -3.0)):
    """Minimizes x² + 5y²; the points on the way."""
    point = torch.nn.Parameter(torch.tensor(start))
    optimizer = make_optimizer(options, [point])
    points = [point.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        (point.square() * torch.tensor([1.0, 5.0])).sum().backward()
        optimizer.step()
        points.append(point.detach().clone())
    return points


def gradient(x):
    return 2 * x * torch.tensor([1.0, 5.0])


def sgd_by_hand(x, lr, momentum, decay, steps):
    velocity = torch.zeros(2)
    for _ in range(steps):
        velocity = momentum * velocity + gradient(x) + decay * x
        x = x - lr * velocity
    return x


def adam_by_hand(x, lr, betas, decay, steps, *, decoupled):
    mean, square = torch.zeros(2), torch.zeros(2)
    for t in range(1, steps + 1):
        g = gradient(x) + (0 if decoupled else decay * x)
        if decoupled:
            x = x - lr * decay * x
        mean = betas[0] * mean + (1 - betas[0]) * g
        square = betas[1] * square + (1 - betas[1]) * g**2
        unbiased = mean / (1 - betas[0] ** t), square / (1 - betas[1] ** t)
        x = x - lr * unbiased[0] / (unbiased[1].sqrt() + 1e-8)
    return x


@pytest.mark.parametrize("name", ALL)
def test_each_step_is_the_textbook_s(name):
    options, kind = ALL[name]
    optimizer = make_optimizer(options, [torch.nn.Parameter(torch.zeros(2))])
    assert type(optimizer) is kind
    start = torch.tensor([2.0, -3.0])
    for steps, point in enumerate(run(options, 5)):
        if name == "sgd":
            expected = sgd_by_hand(start, 0.1, 0.5, 0.3, steps)
        else:
            decoupled = name == "adamw"
            expected = adam_by_hand(start, 0.1, (0.8, 0.95), 0.3, steps, decoupled=decoupled)
        assert_close(point, expected)


@pytest.mark.parametrize(
    "options",
    [
        AdamOptions("adamw", 0.05, (0.9, 0.99), 0.0),
        AdamOptions("adam", 0.05, (0.9, 0.99), 0.0),
        SGDOptions("sgd", 0.05, 0.5, 0.0),
    ],
    ids=lambda options: options.name,
)
def test_a_minimum_is_found(options):
    points = run(options, 300)
    assert points[10].norm() < points[0].norm()
    assert points[-1].norm() < 0.01


@pytest.fixture
def words(undrawn: None, text_folder: Path, tmp_path: Path) -> list[str]:
    """A run of two epochs of 20 steps, each with a validation."""
    words = [*TINY, "dataset=text", f"dataset.path={text_folder / 'prose.txt'}", "model=gru"]
    words += ["trainer.progress=none", "trainer.log_every=1000", "trainer.precision=float32"]
    return [*words, "dataset.batch_size=4", f"output_dir={tmp_path}"]


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
        patch.setattr(updates, "make_optimizer", made)
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
