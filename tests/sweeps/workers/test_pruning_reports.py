"""What a trial reports: by characters, interpolated, each step once."""

from pathlib import Path

import pytest

from charlab.sweeps.workers.pruning_reports import Reporter
from tests.sweeps.toys import Worker, toy_sweep, trials_of

pytestmark = pytest.mark.usefixtures("in_memory")


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    return Worker(toy_sweep(tmp_path))


def reported(worker: Worker, number: int = 0) -> dict[int, float]:
    return dict(trials_of(worker.location)[number].intermediate_values)


def tell(report: Reporter, *points: tuple[int, float]) -> None:
    for characters, value in points:
        report({"val/loss": value, "val/accuracy": 0.5}, characters)


@pytest.mark.parametrize(
    ("validations", "expected"),
    [
        ([(100, 5.0), (200, 4.0)], {100: 5.0, 200: 4.0}),
        # 5 at 100, 3 at 180, 1 at 260: at 200 a quarter of the way from 3 to 1
        ([(100, 5.0), (180, 3.0), (260, 1.0)], {100: 5.0, 200: 2.5}),
        # one long stride passes three points: 8 → 4 over 400
        ([(100, 8.0), (500, 4.0)], {100: 8.0, 200: 7.0, 300: 6.0, 400: 5.0, 500: 4.0}),
        # what came before the first validation is not known
        ([(250, 6.0), (350, 4.0)], {200: 6.0, 300: 5.0}),
        ([(40, 9.0), (80, 8.0), (120, 6.0)], {100: 7.0}),
        # a little too early counts as there, with the value as measured
        ([(95, 5.0), (191, 4.0), (287, 3.0)], {100: 5.0, 200: 4.0}),
        ([(60, 1.0)], {}),
    ],
)
def test_interpolation(worker, validations, expected):
    tell(Reporter(worker.taken(1).trial, "val/loss", 100), *validations)
    assert reported(worker) == pytest.approx(expected)


def test_trials_of_different_batch_sizes_have_the_same_steps(tmp_path):
    worker = Worker(toy_sweep(tmp_path))
    small, large = (worker.taken(2).trial for _ in range(2))
    line = [1000 - characters for characters in range(1001)]  # a loss that falls by 1 a character
    tell(Reporter(small, "val/loss", 100), *((c, line[c]) for c in range(64, 970, 64)))
    tell(Reporter(large, "val/loss", 100), *((c, line[c]) for c in range(90, 950, 90)))
    common = {step: 1000.0 - step for step in range(200, 1000, 100)}
    for number in (0, 1):
        known = reported(worker, number)
        assert known.pop(100) == pytest.approx(900, abs=10)
        # within a tenth of the unit a validation counts as at the point; between, it is exact
        assert known == pytest.approx(common, abs=10)
        assert sum(value == pytest.approx(1000 - step) for step, value in known.items()) >= 6


def test_pruning_is_asked_for_new_steps_only(tmp_path):
    worker = Worker(toy_sweep(tmp_path, pruner="median", warmup=0, startup_trials=1))
    good, bad = worker.taken(2), worker.taken(2)
    tell(Reporter(good.trial, "val/loss", 100), (100, 1.0), (200, 1.0), (300, 1.0))
    worker.finish(good)
    report = Reporter(bad.trial, "val/loss", 100)
    assert report({"val/loss": 9.0}, 60) is False
    assert report({"val/loss": 9.0}, 160) is True
    assert report({"val/loss": 9.0}, 170) is False  # nothing new to compare
    assert report({"other": 9.0}, 200) is False
    assert report({"val/loss": 0.5}, 300) is False


def test_an_adopted_trial_repeats_nothing(worker):
    first = worker.taken(1)
    tell(Reporter(first.trial, "val/loss", 100), (100, 5.0), (220, 2.6))
    before = reported(worker)
    worker.die(first)
    again = worker.taken(1)
    assert again.trial.number == first.trial.number
    # goes on from a checkpoint before its last validation, and that comes out a little otherwise
    report = Reporter(again.trial, "val/loss", 100)
    tell(report, (100, 7.0), (220, 7.0))
    assert reported(worker) == before == pytest.approx({100: 5.0, 200: 3.0})
    tell(report, (320, 1.6))
    assert reported(worker)[300] == pytest.approx(1.8)  # between 2.6 at 220 and 1.6 at 320


def test_an_objective_that_is_not_measured_reports_nothing(worker):
    report = Reporter(worker.taken(1).trial, "model/parameters", 100)
    assert report({"val/loss": 1.0}, 100) is False
    assert reported(worker) == {}
