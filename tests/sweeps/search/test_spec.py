"""A sweep's definition: its way through the storage, and what makes it another sweep."""

import json
from pathlib import Path

import pytest

from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from tests.sweeps.toys import toy_spec


def full_spec() -> SweepSpec:
    return toy_spec(
        space={"optimizer.lr": "tag(log, interval(1e-4,1e-2))", "model": "choice(gru,lstm)"},
        fixed=("dataset.path='a, b'", "trainer.max_epochs=3"),
        base={"seed": 1, "trainer.max_steps": None, "output_dir": "a", "dataset.split": [0.8, 0.2]},
        composition={"config_dir": "ü", "search_path": ["a"]},
        function="f.py:space",
        function_digest="00",
    )


def test_json_round_trip():
    spec = full_spec()
    again = SweepSpec.from_json(spec.to_json())
    assert again == spec
    assert list(again.differences(spec)) == []


def test_a_study_from_before_a_setting_was_there_is_read():
    plain = json.loads(full_spec().to_json())
    del plain["duplicates"]
    assert SweepSpec.from_json(json.dumps(plain)) == full_spec()


def test_a_setting_that_came_later_was_as_it_is_by_default_there():
    old = toy_spec(base={"seed": 1})
    for base in ({"dataset.romanized": False}, {"trainer.accumulate": 1}):
        assert list(old.differences(toy_spec(base={"seed": 1, **base}))) == []
    (line,) = old.differences(toy_spec(base={"seed": 1, "dataset.romanized": True}))
    assert line == "dataset.romanized: false there, true here"
    searched = {"trainer.accumulate": "choice(1,2)"}
    old, new = toy_spec(space=searched, base={}), toy_spec(space=searched, base={})
    assert list(old.differences(new)) == []


def test_an_address_survives_another_process():
    location = StudyLocation("a", Path("/b/a"), "sqlite:////b/a/study.db")
    assert StudyLocation.from_plain(location.to_plain()) == location


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"seed": 2}, ["sweep.seed: 1 there, 2 here"]),
        ({"sampler": "gp", "warmup": 0}, ["sweep.sampler: random there, gp here",
                                          "sweep.warmup: 1 there, 0 here"]),
        (
            {"objectives": ("val/loss", "model/parameters"), "directions": ("minimize",) * 2},
            [
                "sweep.objectives: val/loss there, val/loss, model/parameters here",
                "sweep.directions: minimize there, minimize, minimize here",
            ],
        ),
        ({"function_digest": "11"}, ["sweep.function_digest: 00 there, 11 here"]),
        (
            {"space": {"model": "choice(gru,lstm)", "x": "range(3)"}},
            [
                "the search of optimizer.lr: tag(log,interval(1e-4,1e-2)) there, nothing here",
                "the search of x: nothing there, range(3) here",
            ],
        ),
        (
            {"base": {**full_spec().base, "seed": 2, "trainer.max_steps": 10}},
            ["seed: 1 there, 2 here", "trainer.max_steps: null there, 10 here"],
        ),
    ],
)  # fmt: skip
def test_differences_are_what_differs(changes, lines):
    plain = full_spec()
    other = SweepSpec(**{**vars(plain), **changes})
    assert list(plain.differences(other)) == lines
    assert len(list(other.differences(plain))) == len(lines)


@pytest.mark.parametrize(
    "changes",
    [
        {"space": dict(reversed(full_spec().space.items()))},
        {"space": {**full_spec().space, "optimizer.lr": "tag(log,interval(1e-4, 1e-2))"}},
        {"base": {**full_spec().base, "output_dir": "b", "trainer.progress": "none"}},
        {"fixed": ("trainer.max_epochs=3",)},
        {"composition": {}},
        {"unit": 7, "full": None},
    ],
)
def test_what_makes_no_difference(changes):
    plain = full_spec()
    assert list(plain.differences(SweepSpec(**{**vars(plain), **changes}))) == []


def test_parameters_have_an_order_of_their_own():
    assert [p.key for p in full_spec().parameters] == ["model", "optimizer.lr"]
