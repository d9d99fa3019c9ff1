"""What points of the curves are made of, by sums written out here."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from charlab.data.batches.batch import Batch, Whole
from charlab.errors import CharlabError, CheckpointError
from charlab.tasks.task import StepOutput
from charlab.training.distributed.process_group import SINGLE_PROCESS, ProcessGroup
from charlab.training.progress import Progress
from charlab.training.statistics import Sums, TrainStatistics

ONE = torch.tensor(1.0)


def window(predictions: int, characters: int, whole: Whole | None = None) -> Batch:
    ids = torch.zeros(1, 1, dtype=torch.int64)
    return Batch(ids, ids, None, None, None, characters, predictions, whole)


def output(loss: float, predictions: int, correct: int | None) -> StepOutput:
    known = None if correct is None else torch.tensor(correct)
    return StepOutput(ONE, torch.tensor(loss), predictions, known, None)


WINDOWS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 50), st.integers(0, 99)), min_size=1, max_size=3
)
STEPS = st.lists(st.tuples(WINDOWS, st.booleans(), st.integers(0, 20)), min_size=1, max_size=5)


@given(steps=STEPS)
def test_means_are_over_what_was_counted(steps: list[Any]) -> None:
    statistics = TrainStatistics()
    losses, predictions, right, measured, norms, characters = 0, 0, 0, 0, 0, 0
    for windows, measure, norm in steps:
        statistics.add(
            [window(count, read) for count, _, read in windows],
            [output(loss, count, min(count, 2) if measure else None) for count, loss, _ in windows],
            torch.tensor(float(norm)),
            0.5,
        )
        norms += norm
        for count, loss, read in windows:
            losses, predictions, characters = losses + loss, predictions + count, characters + read
            right, measured = right + measure * min(count, 2), measured + measure * count
    loss, norm, accuracy, sums = statistics.close(SINGLE_PROCESS)
    assert loss == pytest.approx(losses / predictions)
    assert norm == pytest.approx(norms / len(steps))
    assert accuracy == (pytest.approx(right / measured) if measured else None)
    assert (sums.windows, sums.characters, sums.seconds) == (
        len(steps),
        characters,
        0.5 * len(steps),
    )
    assert statistics.sums.windows == 0
    assert not statistics.sums.device.any()


def test_of_several_processes_counts_are_those_of_all() -> None:
    statistics = TrainStatistics()
    share = window(2, 5, Whole(characters=20, predictions=8))
    statistics.add([share], [output(3.0, 2, 1)], ONE, 0.1)
    sums = statistics.sums
    assert (sums.predictions, sums.measured, sums.characters) == (8, 8, 20)
    assert sums.device.tolist() == [3.0, 1.0, 1.0]  # which are to be added up yet


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", ["loss", "norm"])
def test_what_is_not_finite_is_found_and_said(bad: float, place: str) -> None:
    statistics = TrainStatistics()
    assert statistics.is_finite()
    for loss, norm in ((6.0, 1.0), (6.0, 3.0)):
        statistics.add([window(3, 3)], [output(loss, 3, None)], torch.tensor(norm), 0.1)
    assert statistics.is_finite()
    numbers = {"loss": 6.0, "norm": 2.0, place: bad}
    last = output(numbers["loss"], 3, None)
    statistics.add([window(3, 3)], [last], torch.tensor(numbers["norm"]), 0.1)
    assert not statistics.is_finite()
    line = str(statistics.divergence(Progress(epoch=1, step=30), SINGLE_PROCESS))
    said = {"loss": 2.0, "norm": 2.0, place: bad}  # of a prediction, of a step
    assert f"at step 30 (epoch 2, gradient norm {said['norm']:g}, loss {said['loss']:g})" in line
    assert "lower optimizer.lr" in line
    assert "\n" not in line


class OfTwo(ProcessGroup):
    """Two processes, of which the other has lost as much."""

    def all_reduce_sum(self, tensor: Tensor) -> Tensor:
        return 2 * tensor


def test_the_loss_of_several_processes_is_said_of_all_that_they_predict() -> None:
    statistics = TrainStatistics()
    share = window(2, 5, Whole(characters=10, predictions=4))
    statistics.add([share], [output(6.0, 2, None)], torch.tensor(math.inf), 0.1)
    line = str(statistics.divergence(Progress(), OfTwo(size=2)))
    assert "gradient norm inf, loss 3)" in line


def test_what_a_checkpoint_holds_goes_on() -> None:
    whole, resumed = TrainStatistics(), TrainStatistics()
    whole.add([window(3, 4)], [output(6.0, 3, 2)], ONE, 0.5)
    plain = whole.to_plain()
    whole.add([window(1, 1)], [output(2.0, 1, 1)], ONE, 0.5)  # no part of what was saved
    resumed.load(plain)
    assert resumed.close(SINGLE_PROCESS)[:3] == (2.0, 1.0, 2 / 3)


@pytest.mark.parametrize(
    "change",
    [
        {"device": None},
        {"device": "cpu"},
        {"device": torch.zeros(2, dtype=torch.float64)},
        {"device": torch.zeros(3, dtype=torch.int64)},
        {"windows": -1},
        {"windows": "1"},
        {"seconds": math.nan},
        {"windows": 3, "predictions": 0},
    ],
    ids=str,
)
def test_other_sums_are_refused(change: dict[str, Any]) -> None:
    statistics = TrainStatistics()
    before = statistics.sums
    with pytest.raises(CharlabError) as caught:
        statistics.load({**statistics.to_plain(), **change})
    assert "\n" not in str(caught.value)
    assert statistics.sums is before


def test_sums_without_tensors_are_refused() -> None:
    plain = TrainStatistics().to_plain()
    del plain["device"]
    with pytest.raises(CheckpointError, match=r"^sums\.device is a NoneType and no tensor$"):
        TrainStatistics().load(plain)


def test_sums_are_as_precise_as_the_device_allows() -> None:
    statistics = TrainStatistics()
    statistics.sums = Sums(torch.ones(3, dtype=torch.float32))
    statistics.to(torch.device("cpu"))
    assert statistics.sums.device.dtype == torch.float64
