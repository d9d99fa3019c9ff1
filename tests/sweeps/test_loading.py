import json

from tests.sweeps.toys import Worker, toy_sweep

from charlab.sweeps.loading import load_results
from charlab.sweeps.records import RECORD


def test_a_trial_that_nobody_works_on_is_no_running_one(tmp_path):
    address = toy_sweep(tmp_path)
    record = {"name": address.name, "storage": None, "n_trials": 3}
    (address.folder / RECORD).write_text(json.dumps(record))
    one, other = Worker(address, "one"), Worker(address, "other")
    lives, dies = one.taken(3), other.taken(3)
    other.die(dies)
    states = [trial.state for trial in load_results(address.folder).trials]
    assert states[lives.trial.number] == "running"
    assert states[dies.trial.number] == "died"
    assert other.taken(3).trial.number == dies.trial.number  # to look at it kept it from nobody
