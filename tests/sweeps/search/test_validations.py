"""Which pruner watches, how often trials validate for it, and what they are counted in."""

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import pytest

from charlab.builders.corpus import Prepared
from charlab.config import RunOptions
from charlab.config.sweep_schema import SweepOptions
from charlab.data.corpus import Corpus
from charlab.sweeps.search.parameter import Parameter
from charlab.sweeps.search.validations import pruner_of, report_unit, validate_more

Prepare = Callable[..., Prepared]
KEY = "trainer.validate_every"


@pytest.fixture(scope="module")
def prepare(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> Prepare:
    """``prepare("task=classify", validate_every=3)``: of thirty names of five letters each.

    Of one text of 1000 letters with ``layout="stream"``. Batches are of eight names, or of eight
    windows of ten letters.
    """
    chance = random.Random(1)
    names = ["".join(chance.choices("abcdefgh", k=5)) for _ in range(30)]
    corpora = {
        "sequences": make_corpus([(name, "xy"[i % 2]) for i, name in enumerate(names)]),
        "stream": make_corpus([("".join(chance.choices("abc é", k=1000)), None)], layout="stream"),
    }

    def make(*words: str, layout: str = "sequences", **trainer: Any) -> Prepared:
        run = compose_options("dataset.batch_size=8", "dataset.seq_len=10", *words)
        limits = {"max_epochs": None, "max_steps": None, "validate_every": None, **trainer}
        run = dataclasses.replace(run, trainer=dataclasses.replace(run.trainer, **limits))
        return Prepared(run, corpora[layout], {})

    return make


@pytest.mark.parametrize(
    ("pruner", "objectives", "expected"),
    [
        ("auto", ["val/loss"], "successive_halving"),
        ("auto", ["model/parameters"], "none"),
        ("auto", ["best/val/loss"], "none"),
        ("auto", ["val/loss", "val/accuracy"], "none"),
        ("median", ["val/loss"], "median"),
        ("none", ["val/loss"], "none"),
    ],
)
def test_who_watches(
    pruner: str, objectives: list[str], expected: str, sweep_options: Callable[..., SweepOptions]
) -> None:
    assert pruner_of(sweep_options(pruner=pruner), objectives) == expected


@pytest.mark.parametrize(
    ("every", "word"),
    [(0.25, "0.25"), (7.0, "7"), (1234567.0, "1234567"), (0.1234567, "0.1234567"), (1e-5, "1e-05")],
)
def test_trials_that_may_be_pruned_validate_as_often_as_asked(
    every: float, word: str, prepare: Prepare, sweep_options: Callable[..., SweepOptions]
) -> None:
    options = sweep_options(validate_every=every)
    fixed, changed = validate_more(options, ["val/loss"], {}, ["seed=1"], prepare())
    assert fixed == ["seed=1", f"{KEY}={word}"]
    assert changed.options.trainer.validate_every == every == float(word)


@pytest.mark.parametrize(
    ("changes", "space", "own"),
    [
        ({"validate_every": None}, {}, None),
        ({"pruner": "none"}, {}, None),
        ({}, {KEY: Parameter(KEY, "choice(1,2)")}, None),
        ({}, {}, 7.0),  # the user's own word about it wins
    ],
)
def test_others_validate_as_they_would(
    changes: dict[str, Any],
    space: dict[str, Parameter],
    own: float | None,
    prepare: Prepare,
    sweep_options: Callable[..., SweepOptions],
) -> None:
    prepared = prepare(validate_every=own)
    options = sweep_options(**{"validate_every": 0.25, **changes})
    assert validate_more(options, ["val/loss"], space, ["seed=1"], prepared) == (
        ["seed=1"],
        prepared,
    )


@pytest.mark.parametrize(("task", "each"), [("generate", 6), ("classify", 5)])  # with its end mark
@pytest.mark.parametrize(
    ("every", "names"), [(None, None), (3.0, 24), (1.0, 8), (0.5, 9), (1e-9, 0)]
)
def test_the_unit_is_what_a_run_counts_between_validations(
    task: str, each: int, every: float | None, names: int | None, prepare: Prepare
) -> None:
    prepared = prepare(f"task={task}", validate_every=every)
    in_training = prepared.corpus.splits["train"].documents
    assert in_training == 18
    unit, full = report_unit(prepared)
    assert unit == max(1, each * (in_training if names is None else names))
    assert full is None  # as long as the time lasts


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ({"max_epochs": 4}, 4 * 18),
        ({"max_steps": 7}, 7 * 8),
        ({"max_epochs": 4, "max_steps": 7}, 7 * 8),
        ({"max_epochs": 1, "max_steps": 7}, 18),
    ],
)
def test_a_whole_training_ends_at_the_first_limit(
    limits: dict[str, int], names: int, prepare: Prepare
) -> None:
    assert report_unit(prepare("task=classify", **limits))[1] == 5 * names


def test_a_stream_is_counted_in_windows(prepare: Prepare) -> None:
    letters = prepare(layout="stream").corpus.splits["train"].characters
    assert 500 < letters < 700
    # the first letter of a text is not predicted
    assert report_unit(prepare(layout="stream", max_epochs=2)) == (letters - 1, 2 * (letters - 1))
    steps = prepare(layout="stream", validate_every=3.0, max_steps=5)
    assert report_unit(steps) == (3 * 80, 5 * 80)
