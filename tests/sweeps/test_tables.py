"""What a sweep has found, as tables."""

from pathlib import Path

import pytest
from rich.text import Text

from charlab.sweeps.tables import Row, counts, figure, setting, summary, table
from tests.support.sweep_samples import large_sweep, sweep, trial, two_objectives


def plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


def test_the_best_first_and_each_setting_in_its_column() -> None:
    results = sweep(
        [
            trial(0, value=2.5, parameters={"model.hidden_size": 64, "optimizer.lr": 0.00123456}),
            trial(1, value=2.25, parameters={"model.hidden_size": 128, "optimizer.lr": 1e-3}),
            trial(2, "pruned", parameters={"model.hidden_size": 64, "optimizer.lr": 1e-3}),
        ]
    )
    lines = summary(results, 80)
    assert plain(lines) == [
        "2 complete, 1 pruned of 3 trials",
        "trial  val/loss  model.hidden_size  optimizer.lr",
        "    1    2.2500                128         0.001  best",
        "    0    2.5000                 64      0.001235",
    ]
    assert [str(line.style) for line in lines[2:]] == ["good", ""]


def test_a_copied_result_is_shown_once_and_what_was_stopped_at_the_end() -> None:
    results = sweep(
        [
            trial(0, value=2.5, parameters={"x": 1}),
            trial(1, value=2.5, parameters={"x": 1}),
            trial(2, value=3.5, parameters={"x": 2}),
        ],
        n_trials=4,
    )
    died = trial(3, "died", parameters={"x": 3}, limit_share=0.4)
    object.__setattr__(results, "trials", (*results.trials, died))  # no state of Optuna's
    assert plain(summary(results, 80)) == [
        "3 complete, 1 stopped of 4 trials",
        "trial  val/loss  x",
        "    0    2.5000  1  best",
        "    2    3.5000  2",
        "    3         –  3  stopped at 40%",
    ]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_large_sweep_with_finalists(width: int) -> None:
    lines = plain(summary(large_sweep(), width))
    assert max(map(len, lines)) <= width
    assert lines[0] == "41 complete, 15 pruned, 2 failed, 2 running elsewhere of 65 trials"
    again = lines.index("finalists, trained again with further seeds")
    assert any("lowest" in line for line in lines[:again])
    (winner,) = [line for line in lines[again:] if line.rstrip().endswith(" best")]
    assert winner.split()[:3] == ["31", "2.0143", "0.0152"]  # Student's t, by hand


def test_the_pareto_front_comes_first() -> None:
    results = two_objectives()
    front = [t.number for t in results.study.best_trials]
    lines = plain(summary(results, 120))
    shown = [line for line in lines if line.endswith("Pareto front")]
    assert {int(line.split()[0]) for line in shown} <= set(front)
    assert lines[2 : 2 + len(shown)] == shown


def test_a_sweep_without_a_complete_trial() -> None:
    results = sweep([trial(0, "failed")], n_trials=1)
    assert plain(summary(results, 80)) == ["1 failed of 1 trial"]
    assert counts(sweep([])) == "none of 0 trials"


def test_what_a_terminal_would_obey_is_visible() -> None:
    (_, line) = table([Row(0, {"val/loss": "1.0"}, {"dataset.path": "a\x1b[31m"})], 80)
    assert "\\x1b[31m" in line.plain


def test_values() -> None:
    assert (figure(0.5), figure(158217.0), figure(1234.56)) == ("0.5000", "158,217", "1,234.6")
    assert (setting(True), setting(3), setting(1.23456e-5)) == ("true", "3", "1.235e-05")
    assert setting(Path("x")) == "x"
