"""What a process does that another one of its run has started: it trains beside that one.

Run as ``python -m charlab.training.worker`` by :mod:`charlab.training.trainer`.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from charlab.errors import one_line
from charlab.system.signals import STOP_SIGNALS, StopSignals
from charlab.system.startup import prepare
from charlab.system.terminal import say_traceback

if TYPE_CHECKING:
    from charlab.training.trainer import WorkerSpec


def main() -> None:
    """Reads its work, does it and ends; a fault goes to the first process."""
    for number in STOP_SIGNALS:  # until training can heed them
        signal.signal(number, signal.SIG_IGN)
    prepare()
    channel = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is not for the first process

    def tell(**message: object) -> None:
        os.write(channel, (json.dumps(message) + "\n").encode())

    from charlab.training.distributed.workers import receive

    try:
        _train(receive(), lambda: tell(ready=True))
    except BaseException as error:
        say_traceback(type(error), error, error.__traceback__)
        sys.stderr.flush()
        tell(error=one_line(error))
        os._exit(1)  # at once: a group whose other side is gone may wait for it


def _train(work: "WorkerSpec", ready: Callable[[], None]) -> None:
    from datetime import timedelta

    import torch
    from torch.distributed import TCPStore  # type: ignore[attr-defined]

    from charlab.training.distributed.process_group import connected
    from charlab.training.trainer import follow, new_session

    torch.set_num_threads(work.threads)
    session = new_session(work.options, work.corpus, work.process_group)
    if work.checkpoint is not None:
        session.restore(work.checkpoint)
    session.module.updates.taken = list(work.taken)
    with StopSignals() as signals:
        ready()
        host, port = work.address
        store = TCPStore(host, port, timeout=timedelta(minutes=5), use_libuv=False)
        with connected(work.process_group, session.device, store=store):
            follow(session, work.folder, signals)


if __name__ == "__main__":
    main()
