"""Stopping a run at a place that a test chooses."""

import signal

from charlab.system.signals import StopSignals


class StopAfter(StopSignals):
    """A signal that comes when it has been asked about so many times."""

    def __init__(self, questions: int, number: int = signal.SIGINT) -> None:
        super().__init__()
        self._questions = questions
        self._number = number

    def install(self) -> None:
        pass

    @property  # type: ignore[override]
    def received(self) -> int | None:
        self._questions -= 1
        return self._number if self._questions < 0 else None

    @received.setter
    def received(self, value: int | None) -> None:
        pass
