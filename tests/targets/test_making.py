"""Classes by ``_target_``: which there are, and every fault of their arguments in one line."""

import dataclasses
import sys
from pathlib import Path

import pytest
import torch
import yaml

from charlab import targets
from charlab.builders.corpus import check_together
from charlab.config import RunOptions, build, to_plain
from charlab.config.targets import OptimizerTarget, SchedulerTarget
from charlab.errors import ConfigError
from charlab.targets import find, find_callback

SCHEDULER = "torch.optim.lr_scheduler"
NEEDED = {
    "StepLR": {"step_size": 1},
    "MultiStepLR": {"milestones": [1, 2]},
    "ExponentialLR": {"gamma": 0.9},
    "CosineAnnealingLR": {"T_max": 3},
    "CyclicLR": {"base_lr": 0.1, "max_lr": 0.2, "cycle_momentum": False},
    "CosineAnnealingWarmRestarts": {"T_0": 3},
    "OneCycleLR": {"max_lr": 0.1},
    "SequentialLR": {"schedulers": [{"_target_": f"{SCHEDULER}.LinearLR"}], "milestones": []},
    "ChainedScheduler": {"schedulers": [{"_target_": f"{SCHEDULER}.LinearLR"}]},
}
HOSTILE = "{_target_: os.system}"
UNFIT = {"LBFGS", "SparseAdam", "Muon", "LambdaLR", "MultiplicativeLR"}


def public(module, base):
    return {
        name
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, base) and name[0] != "_"
    } - {base.__name__}


@pytest.mark.parametrize(
    "name", sorted(public(torch.optim, torch.optim.Optimizer)), ids=lambda name: name
)
def test_every_optimizer_of_pytorch_is_made_or_refused_with_a_reason(name, compose_options):
    options = dataclasses.replace(
        compose_options(), optimizer=OptimizerTarget(f"torch.optim.{name}", {})
    )
    if name in UNFIT:
        with pytest.raises(ConfigError, match=f"torch.optim.{name} cannot train here: it "):
            check_together(options)
    else:
        check_together(options)


@pytest.mark.parametrize(
    "name",
    sorted(public(torch.optim.lr_scheduler, torch.optim.lr_scheduler.LRScheduler)),
    ids=lambda name: name,
)
def test_every_scheduler_of_pytorch_is_made_or_refused_with_a_reason(name, compose_options):
    target = SchedulerTarget(f"{SCHEDULER}.{name}", NEEDED.get(name, {}))
    options = dataclasses.replace(compose_options(), scheduler=target)
    if name in UNFIT:
        with pytest.raises(ConfigError, match=f"{name} cannot train here: it takes a function"):
            check_together(options)
    else:
        check_together(options)


WRONG = {
    "optimizer={_target_: os.system}": "is no optimizer of torch.optim, nor registered",
    "optimizer={_target_: torch.optim.RAdm}": r"did you mean 'torch\.optim\.RAdam'",
    "optimizer={_target_: torch.optim.RAdam, momentum: 1}": (
        r"unknown setting 'optimizer\.momentum': RAdam takes lr, betas, eps,"
    ),
    "optimizer={_target_: torch.optim.RAdam, params: 1}": r"unknown setting 'optimizer\.params'",
    "optimizer={_target_: torch.optim.RAdam, betas: [0.9, 2]}": "Invalid beta parameter at index 1",
    "optimizer={_target_: torch.optim.RAdam, betas: 3}": r"optimizer \(torch\.optim\.RAdam\): Type",
    "scheduler={_target_: torch.optim.SGD}": "is no scheduler of torch.optim",
    f"scheduler={{_target_: {SCHEDULER}.StepLR}}": r"'scheduler\.step_size' is missing: Step",
    f"scheduler={{_target_: {SCHEDULER}.StepLR, step_size: a}}": r"scheduler \(torch.* operand",
    f"scheduler={{_target_: {SCHEDULER}.ReduceLROnPlateau, interval: step}}": "waits for a metric",
    f"scheduler={{_target_: {SCHEDULER}.ReduceLROnPlateau, monitor: val/los}}": "mean 'val/loss'",
    f"scheduler={{_target_: {SCHEDULER}.LinearLR, monitor: val/loss}}": "waits for no metric",
    f"scheduler={{_target_: {SCHEDULER}.ChainedScheduler, schedulers: [{HOSTILE}]}}": (
        r"scheduler\.schedulers\.0\._target_=os\.system is no scheduler"
    ),
    "callbacks={a: {_target_: nosuch.Thing}}": r"=nosuch\.Thing: there is no such",
    "callbacks={a: {_target_: os.getcwd}}": "there is no such class",
    "callbacks={a: {_target_: Thing}}": "there is no such class",
    "callbacks={a: {_target_: fractions.Fraction, numratr: 1}}": r"Fraction takes numerator, denom",
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_one_line(words, compose_options):
    group, _, typed = words.partition("=")
    options = build(RunOptions, to_plain(compose_options()) | {group: yaml.safe_load(typed)})
    with pytest.raises(ConfigError, match=WRONG[words]) as caught:
        check_together(options)
    assert len(caught.value.lines) == 1
    assert "\n" not in str(caught.value)


def test_a_run_by_time_alone_has_no_number_of_steps(compose_options):
    words = ["trainer.max_epochs=null", "trainer.max_minutes=1"]
    words.append(f"scheduler={{_target_: {SCHEDULER}.OneCycleLR, max_lr: 1}}")
    with pytest.raises(ConfigError, match=r"^scheduler\.total_steps is needed"):
        check_together(compose_options(*words))


def test_one_s_own(compose_options):
    class Own(torch.optim.SGD):
        def step(self, closure=None):
            raise RuntimeError("a slip of the user's")

    targets.optimizers.register("my.package.Own")(Own)
    assert find("optimizer", "my.package.Own", "optimizer") is Own
    with pytest.raises(RuntimeError, match="a slip of the user's") as caught:
        check_together(compose_options("optimizer._target_=my.package.Own"))
    (note,) = caught.value.__notes__
    assert note.startswith("This was raised by optimizer._target_=my.package.Own")
    targets.schedulers.register("no scheduler")(lambda optimizer: 3)
    made = dataclasses.replace(compose_options(), scheduler=SchedulerTarget("no scheduler", {}))
    with pytest.raises(ConfigError, match="makes no scheduler"):
        check_together(made)


def test_an_error_in_the_user_s_module_is_not_taken_for_its_absence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "broken_callbacks.py").write_text("import nosuch_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nosuch_library"):
        find_callback("broken_callbacks.Thing", "callbacks.a")
    sys.modules.pop("broken_callbacks", None)
