"""A sweep's records: who is best, in which words, and which command lines repeat it."""

import math
import shlex
from typing import Any

import pytest

from charlab.sweeps.results.records import Finalist
from tests.support.sweep_samples import sweep, trial, two_objectives

WORDS = ("--multirun", "sweep.name=x y", "sweep.finalists=0", "+sweep.workers=2", "model=gru,lstm")


@pytest.mark.parametrize(
    ("direction", "order"), [("minimize", [3, 0, 2, 5]), ("maximize", [5, 0, 2, 3])]
)
def test_the_best_comes_first_and_of_equals_the_earlier(direction: str, order: list[int]) -> None:
    trials = [
        trial(0, value=2.0),
        trial(1, "failed"),
        trial(2, value=2.0),
        trial(3, value=-1.0),
        trial(4, "pruned", curve=((10, -9.0),)),
        trial(5, value=math.inf),
    ]
    results = sweep(trials, directions=(direction,))
    assert [one.number for one in results.ranked()] == order
    assert results.best is results.trials[order[0]]
    assert [one.number for one in results.of_state("complete")] == [0, 2, 3, 5]
    assert results.of_state("died") == []


@pytest.mark.parametrize("results", [sweep([]), sweep([trial(0, "running")]), two_objectives(3)])
def test_there_is_no_best_of_none_nor_of_several_objectives(results: Any) -> None:
    assert results.best is None


def test_a_trial_s_command_repeats_it_in_any_shell() -> None:
    arguments = ("dataset.path=it's, a ${b}/Größe.txt", "model={a: 1}", "+note=")
    command = trial(0, value=1.0, arguments=arguments).command
    assert shlex.split(command) == ["python", "train.py", *arguments]
    assert trial(0, "running", arguments=()).command == "python train.py"


@pytest.mark.parametrize(
    ("settings", "added"),
    [
        ({}, WORDS[1:]),  # the same again
        (
            {"finalists": 3, "workers": 1},
            ("sweep.name=x y", "model=gru,lstm", "sweep.finalists=3", "sweep.workers=1"),
        ),
        ({"finalist": 3}, (*WORDS[1:], "sweep.finalist=3")),  # no part of a name
    ],
)
def test_a_sweep_s_command_goes_on_with_it(
    settings: dict[str, object], added: tuple[str, ...]
) -> None:
    command = sweep([], words=WORDS).command(**settings)
    assert command is not None
    assert shlex.split(command) == ["python", "train.py", "--multirun", *added]


def test_a_sweep_whose_words_are_not_known_has_no_command() -> None:
    assert sweep([]).command() is None
    assert sweep([]).command(finalists=3) is None


@pytest.mark.parametrize(
    ("values", "summary"),
    [
        ({}, "no run is complete"),
        ({7: 2.08}, "val/loss 2.0800 (95%, 1 seed)"),
        # mean 2.0143, deviation 0.00611, t(2) = 4.303: 4.303 * 0.00611 / sqrt(3)
        ({1: 2.013, 2: 2.021, 3: 2.009}, "val/loss 2.0143 ± 0.0152 (95%, 3 seeds)"),
        ({1: 2.0, 2: 2.0}, "val/loss 2.0000 ± 0.0000 (95%, 2 seeds)"),
    ],
)
def test_a_finalist_in_words(values: dict[int, float], summary: str) -> None:
    assert Finalist(0, ("model=gru",), values, {}).summary("val/loss") == summary
