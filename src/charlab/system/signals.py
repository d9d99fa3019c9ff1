"""Signals as a request: a run in training stops where its state is whole, and is saved."""

import contextlib
import signal
import threading
from types import FrameType
from typing import Any

from charlab.system.terminal import warn

# Ctrl-C; a scheduler's or an administrator's request; a closed terminal; what SLURM's --signal and
# submitit send before the time is up; the limit of CPU time. Unheeded, each would end the process.
STOP_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGXCPU,
)


def heeded() -> list[signal.Signals]:
    """Those to put up handlers for: a hangup that is ignored (``nohup``) stays ignored."""
    ignores_hangup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return [n for n in STOP_SIGNALS if n != signal.SIGHUP or not ignores_hangup]


def killed_by(number: int) -> str:
    """How a process that a signal ended is spoken of."""
    hint = ", perhaps for want of memory" if number == signal.SIGKILL else ""
    known = number in set(signal.Signals)  # most real-time signals have no name
    return f"killed by {signal.Signals(number).name if known else f'signal {number}'}{hint}"


class Interrupted(KeyboardInterrupt):
    """A signal came where there is nothing to save."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"ended by signal {signum}")
        self.signum = signum


class Stopped(Exception):  # noqa: N818  (a request that was granted, not an error)
    """A signal asked the run to stop; its state is at a window's end and can be saved."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by signal {signum}")
        self.signum = signum


class StopSignals:
    """Notes the first signal; another Ctrl-C raises KeyboardInterrupt at once.

    Another one of any other kind changes nothing: a cluster may send several, and the run is to be
    saved.

    Lightning puts up handlers of its own when it starts, so :meth:`install` is called again then;
    leaving the context brings back what was there before. In a thread beside the main one no signal
    is heeded.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._training = True
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        if threading.current_thread() is threading.main_thread():  # no other may put up handlers
            self._previous = {number: signal.getsignal(number) for number in heeded()}
        self.install()
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def install(self) -> None:
        """Puts the handlers up."""
        for number in self._previous:
            signal.signal(number, self._note)

    def training_is_over(self) -> None:
        """From now on a first signal raises :class:`Interrupted`: all there is has been saved."""
        self._training = False

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and (self.received is not None or not self._training):
            signal.signal(number, signal.SIG_DFL)  # a third one ends the process, and says nothing
            raise KeyboardInterrupt
        if self.received is not None:
            return
        self.received = number
        if not self._training:
            raise Interrupted(number)
        with contextlib.suppress(RuntimeError):  # the signal came in the middle of another line
            warn(
                f"{signal.Signals(number).name}: stopping after this step; the run can be resumed "
                "(Ctrl-C once more: stop at once)"
            )
