"""Runs that were stored before a setting was there are read as what they did."""

from charlab.config.later_settings import flat_with_later, with_later
from charlab.config.schema import RunOptions
from charlab.config.validation import build, flat, to_plain


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
