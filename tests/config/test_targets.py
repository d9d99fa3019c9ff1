"""Classes by ``_target_`` as plain data: read, written and read again."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import yaml

from charlab.config import RunOptions, to_plain
from charlab.config.targets import (
    OptimizerTarget,
    SchedulerTarget,
    Target,
    own_settings,
)
from charlab.config.validation import build
from charlab.errors import ConfigError

SCHEDULER = "torch.optim.lr_scheduler"


def test_plain_data_again() -> None:
    target = OptimizerTarget("a.B", {"betas": [0.1, 0.2]}, lr=0.5)
    plain = target.to_plain()
    assert plain == {"_target_": "a.B", "lr": 0.5, "betas": [0.1, 0.2]}
    plain["betas"].append(3)
    assert target.arguments == {"betas": [0.1, 0.2]}
    assert Target("a.B", {}).to_plain() == {"_target_": "a.B"}


@pytest.mark.parametrize(
    ("word", "group", "target"),
    [
        (
            "optimizer={_target_: torch.optim.RAdam, lr: 0.5, eps: 1e-3}",
            "optimizer",
            OptimizerTarget("torch.optim.RAdam", {"eps": 1e-3}, lr=0.5),
        ),
        ("optimizer._target_=my.Own", "optimizer", OptimizerTarget("my.Own", {})),
        (
            f"scheduler={{_target_: {SCHEDULER}.StepLR, step_size: 2, interval: epoch}}",
            "scheduler",
            SchedulerTarget(f"{SCHEDULER}.StepLR", {"step_size": 2}, interval="epoch"),
        ),
        (
            f"scheduler={{_target_: {SCHEDULER}.ReduceLROnPlateau, monitor: val/accuracy}}",
            "scheduler",
            SchedulerTarget(f"{SCHEDULER}.ReduceLROnPlateau", {}, monitor="val/accuracy"),
        ),
        (
            "callbacks.a={_target_: my.Bell, lr: 3}",
            "callbacks",
            {"a": Target("my.Bell", {"lr": 3})},
        ),
    ],
)
def test_what_is_typed_is_read_and_read_again(
    word: str, group: str, target: Any, compose_options: Callable[..., RunOptions]
) -> None:
    options = compose_options(word)
    assert getattr(options, group) == target
    assert build(RunOptions, to_plain(options)) == options


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("optimizer={_target_: a.B, lr: 0}", "^optimizer.lr must be above 0, got 0"),
        ("optimizer={_target_: a.B, lr: fast}", "^optimizer.lr must be a number, got 'fast'"),
        ("scheduler={_target_: a.B, interval: stp}", "^scheduler.interval must be .*got 'stp'"),
    ],
)
def test_settings_beside_the_arguments_are_checked(
    word: str, message: str, compose_options: Callable[..., RunOptions]
) -> None:
    group, _, typed = word.partition("=")
    with pytest.raises(ConfigError, match=message) as caught:
        build(RunOptions, to_plain(compose_options()) | {group: yaml.safe_load(typed)})
    assert len(caught.value.lines) == 1


def test_a_rate_that_is_not_given_is_the_class_s_own() -> None:
    (weight,) = parameters = [torch.nn.Parameter(torch.zeros(2))]
    given = OptimizerTarget("torch.optim.RAdam", {"eps": 0.25}, lr=0.5).keywords
    (group,) = torch.optim.RAdam(parameters, **given).param_groups
    assert (group["lr"], group["eps"], group["params"]) == (0.5, 0.25, [weight])
    usual = OptimizerTarget("torch.optim.RAdam", {}).keywords
    (group,) = torch.optim.RAdam(parameters, **usual).param_groups
    assert group["lr"] == torch.optim.RAdam(parameters).defaults["lr"]


def test_what_each_kind_has_beside_its_arguments() -> None:
    assert own_settings(Target) == []
    assert own_settings(OptimizerTarget) == ["lr"]
    assert own_settings(SchedulerTarget) == ["interval", "monitor"]
