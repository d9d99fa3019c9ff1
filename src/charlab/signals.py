"""Ctrl-C and SIGTERM as a request: the run stops where its state is whole."""

import signal
from types import FrameType
from typing import Any

from charlab.terminal import warn

_HEEDED = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """Notes the first signal; another Ctrl-C raises KeyboardInterrupt at once.

    Another SIGTERM changes nothing: a cluster may send several, and the run is to be saved.

    Lightning puts up handlers of its own when it starts, so :meth:`install` is called again then;
    leaving the context brings back what was there before.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        self._previous = {number: signal.getsignal(number) for number in _HEEDED}
        self.install()
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def install(self) -> None:
        """Puts the handlers up."""
        for number in _HEEDED:
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            return
        self.received = number
        warn("stopping after this step; the run can be resumed (once more: stop at once)")
