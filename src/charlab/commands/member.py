"""What a process does that another one of its run has started: it trains beside that one.

Run as ``python -m charlab.commands.member`` by :mod:`charlab.commands.fitting`.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from charlab.checkpoint import Checkpoint
from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.errors import CharlabError, line_about_the_machine
from charlab.parallel.world import World
from charlab.signals import STOP_SIGNALS, StopSignals
from charlab.terminal import say_traceback


@dataclass(frozen=True)
class Work:
    """What a member is told.

    Attributes:
        options: the run's, resolved.
        corpus: its data.
        checkpoint: where it goes on from, if it does.
        folder: the run's, where a member writes nothing.
        world: the member's place.
        address: where the processes meet: host and port.
        threads: CPU threads to compute with.
    """

    options: RunOptions
    corpus: Corpus
    checkpoint: Checkpoint | None
    folder: Path
    world: World
    address: tuple[str, int]
    threads: int


def main() -> None:
    """Reads its work, does it and ends; a fault goes to the first process."""
    for number in STOP_SIGNALS:  # until training can heed them
        signal.signal(number, signal.SIG_IGN)
    channel = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is not for the first process

    def tell(**message: object) -> None:
        os.write(channel, (json.dumps(message) + "\n").encode())

    from charlab.parallel.members import receive

    try:
        _train(receive(), lambda: tell(ready=True))
    except BaseException as error:
        say_traceback(type(error), error, error.__traceback__)
        sys.stderr.flush()
        tell(error=_line(error))
        os._exit(1)  # at once: a group whose other side is gone may wait for it


def _train(work: Work, ready: Callable[[], None]) -> None:
    from datetime import timedelta

    import torch
    from torch.distributed import TCPStore  # type: ignore[attr-defined]

    from charlab.commands.fitting import follow, new_session
    from charlab.parallel.world import connected

    torch.set_num_threads(work.threads)
    session = new_session(work.options, work.corpus, work.world)
    if work.checkpoint is not None:
        session.restore(work.checkpoint)
    with StopSignals() as signals:
        ready()
        host, port = work.address
        store = TCPStore(host, port, timeout=timedelta(minutes=5))
        with connected(work.world, session.device, store=store):
            follow(session, work.folder, signals)


def _line(error: BaseException) -> str:
    if isinstance(error, CharlabError):
        return str(error).replace("\n", "; ")
    line = line_about_the_machine(error)
    return line or f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


if __name__ == "__main__":
    # By its importable name: what was pickled as charlab.commands.member.Work is that class.
    from charlab.commands import member

    member.main()
