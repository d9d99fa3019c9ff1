import signal

import pytest

from charlab.signals import StopSignals

HEEDED = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture(autouse=True)
def handlers_stay():
    before = [signal.getsignal(number) for number in HEEDED]
    yield
    assert [signal.getsignal(number) for number in HEEDED] == before


@pytest.mark.parametrize("number", HEEDED)
def test_the_first_signal_is_noted_and_the_second_stops_at_once(number):
    with StopSignals() as signals:
        assert signals.received is None
        signal.raise_signal(number)
        assert signals.received == number
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert signals.received == number


def test_another_sigterm_leaves_the_run_the_time_to_save():
    with StopSignals() as signals:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert signals.received == signal.SIGTERM


def test_the_user_is_told(caplog):
    with caplog.at_level("WARNING", logger="charlab"), StopSignals():
        signal.raise_signal(signal.SIGTERM)
    assert "stopping after this step; the run can be resumed" in caplog.text


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
