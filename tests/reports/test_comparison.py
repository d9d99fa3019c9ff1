import shlex
from pathlib import Path

import pytest

from charlab.errors import ConfigError
from charlab.reports.comparison import compare
from charlab.reports.run_records import RunFacts
from tests.support.run_samples import RUNS, run


def test_groups_are_averaged_over_seeds_best_first():
    found = compare(RUNS)
    assert found.metric == "test/loss"
    assert [group.label for group in found.groups] == ["model=gru", "model=lstm", "model=vanilla"]
    gru, lstm, vanilla = (group.interval for group in found.groups)
    assert (gru.count, gru.mean) == (3, pytest.approx(2.0))
    assert gru.half == pytest.approx(4.30265 * 0.1 / 3**0.5)
    assert (lstm.count, lstm.mean) == (2, pytest.approx(2.1))
    assert (vanilla.count, vanilla.half) == (1, None)
    assert found.remarks == (
        "Some groups do not have more than one seed; a single run has no interval.",
    )


def test_higher_is_better_where_it_is():
    runs = [run(name, 1, value, metric="test/accuracy") for name, value in (("a", 0.3), ("b", 0.4))]
    found = compare(runs, "test/accuracy")
    assert found.higher
    assert [group.label for group in found.groups] == ["model=b", "model=a"]


def test_only_completed_runs_are_averaged():
    extra = [
        run("gru", 5, 1.0, status="running"),
        run("gru", 6, float("inf")),
        run("gru", 7, None),
        RunFacts(Path("x"), "completed", {"test/loss": 1.0}, None, problem="no file"),
        RunFacts(Path("y"), "unreadable", {}, None, problem="metrics.json: damaged"),
    ]
    found = compare([*RUNS, *extra], "test/loss")
    assert [reason for _, reason in found.apart] == [
        "interrupted",
        "running",
        "has no test/loss",
        "has no test/loss",
        "its settings are not known (no file)",
        "metrics.json: damaged",
    ]
    assert found.groups[0].values == (1.9, 2.0, 2.1)


def test_the_same_seed_twice_is_no_second_measurement():
    again = RunFacts(Path("outputs/later"), "completed", {"test/loss": 1.7}, RUNS[2].settings)
    found = compare([*RUNS, again])
    assert found.groups[0].values == (2.0, 2.1, 1.7)
    assert found.apart[0] == (
        RUNS[2],
        "repeated by outputs/later (same settings, same seed)",
    )


def test_long_numbers_are_rounded_where_that_is_enough():
    def labels(*rates):
        runs = [run("gru", 1, i, optimizer__lr=rate) for i, rate in enumerate(rates)]
        return [group.label for group in compare(runs).groups]

    assert labels("0.0039265305319", "0.01") == ["lr=0.003927", "lr=0.01"]
    close = ("0.0039265305319", "0.0039265305320")
    assert labels(*close) == [f"lr={rate}" for rate in close]


def test_settings_that_change_nothing_do_not_part_runs():
    runs = [
        run("gru", 1, 2.0, output_dir="a", trainer__progress="bar", trainer__log_every="5"),
        run("gru", 2, 2.0, output_dir="b", trainer__progress="none", trainer__log_every="9"),
    ]
    (group,) = compare(runs).groups
    assert (group.label, group.settings) == ("all runs", {})


def test_a_setting_that_only_some_have_is_shown_where_it_alone_parts_them():
    runs = [run("gru", 1, 2.0), run("gru", 1, 2.1, dataset__distinct="true")]
    found = compare(runs)
    assert [group.label for group in found.groups] == ["distinct=–", "distinct=true"]


def test_the_metric_is_the_test_figure_if_all_have_it():
    second = run("gru", 9, 2.0, metric="best/val/loss")
    assert compare([*RUNS, run("gru", 8, None, status="failed")]).metric == "test/loss"
    assert compare([*RUNS, second]).metric == "best/val/loss"


def test_a_metric_that_no_run_has():
    with pytest.raises(ConfigError, match=r"'test/los': did you mean 'test/loss'\?"):
        compare(RUNS, "test/los")
    with pytest.raises(ConfigError, match="hold no figures"):
        compare([run("gru", 1, None)])


def test_no_completed_run_is_no_error():
    found = compare([run("gru", 1, None, status="running")])
    assert found.groups == ()


def test_what_cannot_be_compared_is_said():
    other = run("gru", 1, 2.0, task__name="classify")
    assert "different tasks" in compare([*RUNS, other]).remarks[0]
    elsewhere = RunFacts(
        Path("y"), "completed", {"test/loss": 1.0}, RUNS[0].settings, fingerprint="other"
    )
    assert "different data" in compare([*RUNS[1:], elsewhere]).remarks[0]


def test_a_group_s_command_repeats_a_run_as_it_was_typed():
    assert compare(RUNS).groups[0].command == "python train.py model=gru seed=1"
    arguments = ("dataset.path='it\\'s, a \\${b}'", "trainer.max_epochs=2", "trainer.max_epochs=4")
    extended, straight = (run("gru", i, 2.0, arguments=arguments[: 4 - i]) for i in (1, 2))
    expected = ["python", "train.py", "dataset.path=it's, a ${b}", "trainer.max_epochs=2"]
    assert shlex.split(compare([extended, straight]).groups[0].command) == expected
    expected[-1] = "trainer.max_epochs=4"
    assert shlex.split(compare([extended]).groups[0].command) == expected
    assert compare([run("gru", 1, 2.0, arguments=())]).groups[0].command is None
