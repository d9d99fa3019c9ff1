import json
import shutil
import sqlite3

import pytest

from charlab.errors import SweepError
from charlab.sweeps.results.load import load_results
from charlab.sweeps.results.sweep_file import RECORD
from tests.support.shell import ROOT
from tests.sweeps.toys import Worker, toy_sweep


def test_a_trial_that_nobody_works_on_is_no_running_one(tmp_path):
    location = toy_sweep(tmp_path)
    record = {"name": location.name, "storage": None, "n_trials": 3}
    (location.folder / RECORD).write_text(json.dumps(record))
    one, other = Worker(location, "one"), Worker(location, "other")
    lives, dies = one.taken(3), other.taken(3)
    other.die(dies)
    states = [trial.state for trial in load_results(location.folder).trials]
    assert states[lives.trial.number] == "running"
    assert states[dies.trial.number] == "died"
    assert other.taken(3).trial.number == dies.trial.number  # to look at it kept it from nobody


@pytest.mark.parametrize(
    "change",
    [
        "update trial_intermediate_values set intermediate_value = 'x'",
        "update trial_values set value = 'x'",
        "delete from study_directions",
    ],
)
def test_a_study_that_holds_something_else_is_damaged(tmp_path, change):
    folder = shutil.copytree(ROOT / "tests" / "goldens" / "sweeps" / "study", tmp_path / "study")
    with sqlite3.connect(folder / "study.db") as study:
        study.execute(change)
    study.close()
    with pytest.raises(SweepError, match=r"the study of the sweep in .* is damaged: ValueError"):
        load_results(folder)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (["--multirun", "sweep.name=x y"], ("--multirun", "sweep.name=x y")),
        (None, ()),  # of an earlier version
        (5, ()),
    ],
)
def test_what_was_typed_to_start_a_sweep(tmp_path, stored, words):
    location = toy_sweep(tmp_path)
    record = {"name": location.name, "storage": None, "n_trials": 3, "words": stored}
    (location.folder / RECORD).write_text(json.dumps(record))
    assert load_results(location.folder).words == words
