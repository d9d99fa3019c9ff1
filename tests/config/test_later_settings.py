"""Runs that were stored before a setting was there are read as what they did."""

from charlab.config.fields import flat
from charlab.config.later_settings import flat_with_later, with_later, with_later_model
from charlab.config.schema import RunOptions
from charlab.config.validation import build, to_plain


def test_a_stored_run_gets_what_it_lacks(compose_options):
    for task in ("generate", "classify", "tag", "transduce"):
        whole = to_plain(compose_options(f"task={task}"))
        stored = {key: part for key, part in whole.items() if key != "init"}
        stored["task"] = dict(stored["task"])
        for key in (
            "language_weight",
            *(["label_smoothing"] if task in ("generate", "tag") else []),
        ):
            stored["task"].pop(key, None)
        stored["trainer"] = {k: v for k, v in stored["trainer"].items() if "penalty" not in k}
        assert build(RunOptions, with_later(stored)) == build(RunOptions, whole)


def test_a_stored_sweep_gets_what_its_trials_lack(compose_options):
    base = dict(flat(to_plain(compose_options("task=tag"))))
    del base["task.label_smoothing"], base["init.run"]
    found = flat_with_later(base, ["optimizer.lr", "init.run"])
    assert found["task.label_smoothing"] == 0.0
    assert "init.run" not in found
    assert "task.language_weight" not in found


def test_files_from_before_an_option_stand_for_its_absence(compose_options):
    options = compose_options("model=gru")
    plain = to_plain(options)
    new = {
        name
        for name, value in plain["model"].items()
        if value in (False, None, 0.0, "plain") and name not in ("bidirectional", "dropout")
    }
    old = {k: v for k, v in plain["model"].items() if k not in new}
    assert len(new) == 8
    for completed in (with_later, with_later_model):
        assert build(RunOptions, completed({**plain, "model": old})) == options
