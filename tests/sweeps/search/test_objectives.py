"""Which figures a sweep may compare, in which direction, and what follows for checkpoints."""

from collections.abc import Callable
from typing import Any

import pytest

from charlab.builders.corpus import Prepared
from charlab.config import RunOptions
from charlab.config.sweep_schema import SweepOptions
from charlab.data.corpus import Corpus
from charlab.errors import ConfigError
from charlab.sweeps.search.objectives import direction_of, follow_objective, require_objectives

TEXTS = [(text, label) for label in ("x", "y") for text in ("ada", "bée", "coco", "dodo", "eve")]


@pytest.fixture(scope="module")
def prepared(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> Prepared:
    """A classifier's data."""
    return Prepared(compose_options("task=classify"), make_corpus(TEXTS), {})


@pytest.mark.parametrize(
    ("changes", "objectives"),
    [
        ({}, ("val/loss",)),
        ({"objective": "best/val/accuracy"}, ("best/val/accuracy",)),
        ({"objective": "train/loss"}, ("train/loss",)),
        ({"objective": "model/parameters", "pruner": "none"}, ("model/parameters",)),
        ({"objective": "val/macro_f1", "pruner": "median"}, ("val/macro_f1",)),
        (  # several stand in the place of the one
            {"objective": "nonsense", "objectives": ("val/loss", "model/parameters")},
            ("val/loss", "model/parameters"),
        ),
    ],
)
def test_figures_of_these_runs(
    changes: dict[str, Any],
    objectives: tuple[str, ...],
    prepared: Prepared,
    sweep_options: Callable[..., SweepOptions],
) -> None:
    assert require_objectives(sweep_options(**changes), prepared) == objectives


TWO = ("val/loss", "model/parameters")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"objective": "val/acuracy"},
            "objective 'val/acuracy' is no figure here: did you mean 'val/accuracy'?",
        ),
        ({"objective": "val/perplexity"}, "objective 'val/perplexity' is no figure here: "),
        ({"objective": ""}, "objective '' is no figure here: choose one of: val/loss, "),
        ({"objective": "вал/loss"}, "objective 'вал/loss' is no figure here: "),
        (
            {"objective": "test/loss"},
            "test/loss decides nothing: settings that are chosen by the test part make its figure "
            "too good; choose by val/loss",
        ),
        ({"objectives": ("val/loss", "test/accuracy")}, "choose by val/accuracy"),
        ({"objectives": ("val/loss", "val/loss")}, "sweep.objectives names val/loss twice"),
        (
            {"objectives": TWO, "pruner": "median"},
            "sweep.pruner=median compares trials by one figure, and sweep.objectives has several: "
            "set sweep.pruner=none, or one sweep.objective",
        ),
        (
            {"objectives": TWO, "finalists": 2},
            "sweep.finalists are the best by one figure, and sweep.objectives has several: "
            "leave one of them out",
        ),
        (
            {"objectives": TWO, "direction": "minimize"},
            "sweep.direction is for one objective; of several, each goes its natural way",
        ),
        *(
            (
                {"objective": name, "pruner": "hyperband"},
                f"sweep.pruner=hyperband watches validations, and {name} is not measured by "
                "them: set sweep.pruner=none",
            )
            for name in ("model/parameters", "best/val/loss", "train/loss")
        ),
    ],
)
def test_objectives_that_cannot_be(
    changes: dict[str, Any],
    complaint: str,
    prepared: Prepared,
    sweep_options: Callable[..., SweepOptions],
) -> None:
    with pytest.raises(ConfigError) as raised:
        require_objectives(sweep_options(**changes), prepared)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_validation_needs_a_validation_part(
    prepared: Prepared,
    make_corpus: Callable[..., Corpus],
    sweep_options: Callable[..., SweepOptions],
) -> None:
    without = Prepared(prepared.options, make_corpus(TEXTS, fractions=(0.8, 0.0, 0.2)), {})
    for name in ("val/loss", "best/val/accuracy"):
        with pytest.raises(ConfigError, match=rf"^objective {name} needs a validation part: give "):
            require_objectives(sweep_options(objective=name), without)
    assert require_objectives(sweep_options(objective="train/loss"), without) == ("train/loss",)


@pytest.mark.parametrize(
    ("objective", "wish", "direction"),
    [
        ("val/loss", "auto", "minimize"),
        ("best/val/accuracy", "auto", "maximize"),
        ("speed/train_chars_per_second", "auto", "maximize"),
        ("model/parameters", "auto", "minimize"),
        ("model/parameters", "maximize", "maximize"),
        ("val/accuracy", "minimize", "minimize"),
    ],
)
def test_each_goes_its_natural_way_or_as_wished(objective: str, wish: str, direction: str) -> None:
    assert direction_of(objective, wish) == direction


@pytest.mark.parametrize(
    ("objectives", "fixed", "space", "added"),
    [
        (["val/accuracy"], ["seed=1"], [], ["task.monitor=val/accuracy"]),
        (["val/macro_f1"], ["seed=1"], [], ["task.monitor=val/macro_f1"]),
        (["val/loss"], ["seed=1"], [], []),  # it decides already
        (["val/accuracy"], ["task.monitor=val/loss"], [], []),  # the user said otherwise
        (["val/accuracy"], ["+task.monitor=val/loss"], [], []),
        (["val/accuracy"], [], ["task.monitor"], []),  # it is searched
        (["val/accuracy", "model/parameters"], [], [], []),
        (["model/parameters"], [], [], []),  # none of these decides a checkpoint
        (["best/val/accuracy"], [], [], []),
    ],
)
def test_the_best_checkpoint_is_the_one_that_is_compared(
    objectives: list[str], fixed: list[str], space: list[str], added: list[str], prepared: Prepared
) -> None:
    followed = follow_objective(list(fixed), space, objectives, prepared.options)
    assert followed == [*fixed, *added]
