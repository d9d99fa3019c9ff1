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


def test_a_sweep_tells_the_command_that_goes_on_with_it(tmp_path):
    location = toy_sweep(tmp_path)
    record = {"name": location.name, "storage": None, "n_trials": 3}

    def command(words, **settings):
        (location.folder / RECORD).write_text(json.dumps({**record, "words": words}))
        return load_results(location.folder).command(**settings)

    words = ["--multirun", "sweep.name=x y", "sweep.finalists=0", "+sweep.workers=2"]
    assert command(words) == (
        "python train.py --multirun 'sweep.name=x y' sweep.finalists=0 +sweep.workers=2"
    )
    assert command(words, finalists=3, workers=1) == (
        "python train.py --multirun 'sweep.name=x y' sweep.finalists=3 sweep.workers=1"
    )
    assert command(None, finalists=3) is None  # of an earlier version
    assert command(5) is None
