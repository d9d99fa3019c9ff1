import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.config.validation import to_plain
from charlab.training.progress import Clock, Limits, Progress

WHOLE = st.none() | st.integers(1, 40)


def advanced(steps, windows_per_epoch):
    progress = Progress()
    for _ in range(steps):
        progress.advance(7, windows_per_epoch)
    return progress


@given(steps=st.integers(0, 100), windows_per_epoch=st.integers(1, 9))
def test_counting(steps, windows_per_epoch):
    progress = advanced(steps, windows_per_epoch)
    assert (progress.epoch, progress.window) == divmod(steps, windows_per_epoch)
    assert (progress.step, progress.characters) == (steps, 7 * steps)
    assert Progress(**to_plain(progress)) == progress


@given(
    max_epochs=WHOLE,
    max_steps=WHOLE,
    max_minutes=st.none() | st.floats(0.1, 10),
    steps=st.integers(0, 100),
    windows_per_epoch=st.integers(1, 9),
    seconds=st.floats(0, 1000),
)
def test_the_nearest_limit_counts(
    max_epochs, max_steps, max_minutes, steps, windows_per_epoch, seconds
):
    limits = Limits(max_epochs, max_steps, max_minutes, windows_per_epoch)
    progress = advanced(steps, windows_per_epoch)
    progress.elapsed_seconds = seconds
    ends = [
        max_epochs is not None and steps >= max_epochs * windows_per_epoch,
        max_steps is not None and steps >= max_steps,
        max_minutes is not None and seconds / (60 * max_minutes) >= 1,
    ]
    assert limits.reached(progress) == any(ends)
    shares = [
        steps / (max_epochs * windows_per_epoch) if max_epochs else 0,
        steps / max_steps if max_steps else 0,
        seconds / 60 / max_minutes if max_minutes else 0,
    ]
    assert limits.share(progress) == pytest.approx(min(1, max(shares)))
    # Windows left are those that can be done before a count is reached.
    left, more = limits.steps_left(progress), 0
    counts = Limits(max_epochs, max_steps, None, windows_per_epoch)
    while not counts.reached(progress) and more < 500:
        progress.advance(1, windows_per_epoch)
        more += 1
    assert left == (more if max_epochs or max_steps else None)


def test_time_does_not_stand_still(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    progress = Progress(elapsed_seconds=20.0)  # of a run that goes on
    clock = Clock(progress)
    for at, elapsed in ((100.0, 20.0), (103.5, 23.5), (103.5, 23.5), (110.0, 30.0)):
        now[0] = at
        clock.tick()
        assert progress.elapsed_seconds == elapsed
    resumed = Clock(progress)
    now[0] = 111.0
    resumed.tick()
    assert progress.elapsed_seconds == 31.0


@pytest.mark.parametrize(
    ("limits", "steps", "seconds", "text"),
    [
        ((6, None, None), 8, 0, "epoch 2/6"),
        ((6, None, None), 7, 0, "epoch 1.7/6"),
        ((6, 1000, None), 7, 0, "epoch 1.7/6"),
        ((6000, 1000, None), 7, 0, "step     7/1,000"),
        ((None, None, 5), 8, 75, "epoch 2, minute 1.2/5"),
        ((None, None, None), 7, 0, "epoch 1.7"),
    ],
)
def test_a_position_is_told_by_the_limit_that_is_nearest(limits, steps, seconds, text):
    progress = advanced(steps, windows_per_epoch=4)
    progress.elapsed_seconds = seconds
    assert Limits(*limits, windows_per_epoch=4).position(progress) == text
