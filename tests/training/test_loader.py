import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from charlab.training.loader import STEPS_PER_CHUNK, TrainLoader
from charlab.training.progress import Limits, Progress

COUNTS = st.integers(1, 40)
SETTINGS = {
    "windows_per_epoch": st.integers(1, 25),
    "max_epochs": st.none() | st.integers(1, 6),
    "max_steps": st.none() | st.integers(1, 60),
    "validate_every": st.none() | st.integers(1, 30),
}


def walk(progress, limits, train_loader):
    """Trains as the task does; windows in their order, validation intervals as steps where one
    ended.
    """
    windows, ends = [], []
    while not limits.reached(progress) or progress.validation_due:
        planned = train_loader.steps_to_validation()
        chunks = list(train_loader)
        assert sum(chunks) == planned
        assert all(0 < chunk <= STEPS_PER_CHUNK for chunk in chunks) or chunks == [0]
        assert len(chunks) == max(1, -(-planned // STEPS_PER_CHUNK))
        for chunk in chunks:
            for _ in range(chunk):
                windows.append((progress.epoch, progress.window))
                progress.advance(5, limits.windows_per_epoch)
        assert progress.step == train_loader.last_step
        ends.append(progress.step)
        progress.validation_due = False
    return windows, ends


def limits_of(windows_per_epoch, max_epochs, max_steps):
    if max_epochs is None and max_steps is None:
        max_epochs = 2
    limits = Limits(max_epochs, max_steps, None, windows_per_epoch)
    totals = [max_epochs and max_epochs * windows_per_epoch, max_steps]
    return limits, min(total for total in totals if total)


@given(**SETTINGS)
def test_every_window_once_and_validations_where_they_are_due(
    windows_per_epoch, max_epochs, max_steps, validate_every
):
    limits, total = limits_of(windows_per_epoch, max_epochs, max_steps)
    progress = Progress()
    windows, ends = walk(progress, limits, TrainLoader(progress, limits, validate_every))
    assert windows == [divmod(step, windows_per_epoch) for step in range(total)]
    every = validate_every or windows_per_epoch
    assert ends == [*range(every, total, every), total]


@given(share=st.floats(0.05, 0.95), windows=st.integers(1, 25), accumulate=st.integers(1, 3))
def test_shares_of_an_epoch_count_from_its_beginning(share, windows, accumulate):
    limits, progress, ends = Limits(2, None, None, windows, accumulate), Progress(), []
    loader = TrainLoader(progress, limits, share)
    while not limits.reached(progress):
        for _ in range(sum(loader)):
            count = min(accumulate, windows - progress.window)
            progress.advance(5, windows, count)
        ends.append(progress.step)
    steps = math.ceil(windows / accumulate)
    in_epoch = [*range(math.ceil(share * steps), steps, math.ceil(share * steps)), steps]
    assert ends == in_epoch + [steps + end for end in in_epoch]


@given(data=st.data(), **SETTINGS)
def test_a_run_that_goes_on_validates_at_the_same_steps(
    data, windows_per_epoch, max_epochs, max_steps, validate_every
):
    limits, total = limits_of(windows_per_epoch, max_epochs, max_steps)
    whole = Progress()
    windows, ends = walk(whole, limits, TrainLoader(whole, limits, validate_every))
    stopped = data.draw(st.integers(0, total))
    resumed = Progress()
    for _ in range(stopped):
        resumed.advance(5, windows_per_epoch)
    # Stopped between a validation interval's last window and the end of its validation, that one is
    # due again.
    resumed.validation_due = data.draw(st.booleans()) if stopped in ends else False
    due = [stopped] if resumed.validation_due else []
    train_loader = TrainLoader(resumed, limits, validate_every)
    assert (train_loader.steps_to_validation() == 0) == (bool(due) or stopped == total)
    rest, later = walk(resumed, limits, train_loader)
    assert windows[stopped:] == rest
    assert later == due + [end for end in ends if end > stopped]


@given(validate_every=st.none() | COUNTS, windows_per_epoch=COUNTS, train_loader=st.integers(1, 5))
def test_where_only_time_limits_a_run_intervals_go_on(
    validate_every, windows_per_epoch, train_loader
):
    limits = Limits(None, None, 1.0, windows_per_epoch)
    progress = Progress()
    source = TrainLoader(progress, limits, validate_every)
    ends = [0]
    for _ in range(train_loader):
        for chunk in source:
            for _ in range(chunk):
                progress.advance(5, windows_per_epoch)
        ends.append(progress.step)
    assert {after - before for before, after in pairwise(ends)} == {
        validate_every or windows_per_epoch
    }


@given(
    windows_per_epoch=st.integers(1, 25),
    accumulate=st.integers(1, 7),
    max_epochs=st.integers(1, 4),
    max_steps=st.none() | st.integers(1, 60),
    validate_every=st.none() | st.integers(1, 30),
)
def test_steps_of_several_windows_end_with_the_epoch(
    windows_per_epoch: int,
    accumulate: int,
    max_epochs: int,
    max_steps: int | None,
    validate_every: int | None,
) -> None:
    limits = Limits(max_epochs, max_steps, None, windows_per_epoch, accumulate)
    progress, ends = Progress(), []
    train_loader = TrainLoader(progress, limits, validate_every)
    while not limits.reached(progress):
        for chunk in train_loader:
            for _ in range(chunk):
                count = min(accumulate, windows_per_epoch - progress.window)
                progress.advance(5, windows_per_epoch, count)
        assert progress.step == train_loader.last_step
        ends.append(progress.step)
    per_epoch = len(range(0, windows_per_epoch, accumulate))
    assert limits.steps_per_epoch == per_epoch
    total = min(max_epochs * per_epoch, max_steps or max_epochs * per_epoch)
    every = validate_every or per_epoch
    assert ends == [*range(every, total, every), total]
    whole_epochs, steps = divmod(total, per_epoch)
    assert (progress.epoch, progress.window) == (whole_epochs, steps * accumulate)
