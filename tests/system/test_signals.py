import signal
import threading

import pytest

from charlab.system.signals import Interrupted, StopSignals, killed_by

# What ends a process that does not heed it: Ctrl-C, kill, a closed terminal, SLURM's --signal,
# submitit's warning, the limit of CPU time.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU")
HEEDED = [getattr(signal, name) for name in NAMES]


@pytest.fixture(autouse=True)
def handlers_stay():
    outside = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the suite may run under nohup
    before = [signal.getsignal(number) for number in HEEDED]
    yield
    assert [signal.getsignal(number) for number in HEEDED] == before
    signal.signal(signal.SIGHUP, outside)


@pytest.mark.parametrize("number", HEEDED)
def test_the_first_signal_is_noted_and_the_second_stops_at_once(number):
    with StopSignals() as signals:
        assert signals.received is None
        signal.raise_signal(number)
        assert signals.received == number
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert signals.received == number


@pytest.mark.parametrize("another", HEEDED[1:])
def test_another_signal_leaves_the_run_the_time_to_save(another):
    with StopSignals() as signals:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(another)
        signals.training_is_over()
        signal.raise_signal(another)
        assert signals.received == signal.SIGTERM


@pytest.mark.parametrize("number", HEEDED)
def test_after_training_there_is_nothing_to_wait_for(number):
    with StopSignals() as signals:
        signals.training_is_over()
        with pytest.raises(KeyboardInterrupt) as caught:
            signal.raise_signal(number)
    assert getattr(caught.value, "signum", signal.SIGINT) == number
    assert isinstance(caught.value, Interrupted) is (number != signal.SIGINT)


def test_nohup_stays_nohup():
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopSignals() as signals:
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGUSR1)
            assert signals.received == signal.SIGUSR1
    finally:
        signal.signal(signal.SIGHUP, previous)


def test_the_user_is_told(caplog):
    with caplog.at_level("WARNING", logger="charlab"), StopSignals():
        signal.raise_signal(signal.SIGTERM)
    assert "SIGTERM: stopping after this step; the run can be resumed" in caplog.text


def test_what_was_there_comes_back_even_after_an_exception():
    mine = []
    previous = signal.signal(signal.SIGTERM, lambda *_: mine.append("mine"))
    try:
        with pytest.raises(ZeroDivisionError), StopSignals():
            raise ZeroDivisionError
        signal.raise_signal(signal.SIGTERM)
        assert mine == ["mine"]
    finally:
        signal.signal(signal.SIGTERM, previous)


def test_put_up_again_after_another_took_its_place():
    with StopSignals() as signals:
        signal.signal(signal.SIGTERM, lambda *_: pytest.fail("Lightning's handler"))
        signals.install()
        signal.raise_signal(signal.SIGTERM)
        assert signals.received == signal.SIGTERM


def test_a_thread_heeds_no_signals():
    stopped = []

    def run():
        with StopSignals() as signals:
            signals.install()
            stopped.append(signals.received)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert stopped == [None]


def test_every_signal_can_be_spoken_of():
    assert killed_by(signal.SIGTERM) == "killed by SIGTERM"
    assert killed_by(signal.SIGKILL) == "killed by SIGKILL, perhaps for want of memory"
    assert killed_by(35) == "killed by signal 35"  # a real-time signal has no name
