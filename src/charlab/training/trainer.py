"""Training itself: the trainer with what is called around it, in one process or in several."""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import Logger
from torch.distributed import TCPStore  # type: ignore[attr-defined]
from torch.nn.parallel import DistributedDataParallel

from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.errors import RunError
from charlab.runs.checkpoint import Checkpoint
from charlab.system.random_state import seed_everything
from charlab.system.signals import Stopped, StopSignals
from charlab.system.terminal import LOGGER, hush_lightning
from charlab.training.callbacks.pruning import PruningCallback
from charlab.training.distributed.lightning_environment import OrderedSums, environment_of
from charlab.training.distributed.process_group import (
    SINGLE_PROCESS,
    ProcessGroup,
    connected,
    is_loss_of_others,
)
from charlab.training.distributed.workers import Workers
from charlab.training.session import Session

_WORKER = "charlab.training.worker"


def new_session(
    options: RunOptions, corpus: Corpus, process_group: ProcessGroup = SINGLE_PROCESS
) -> Session:
    """A session whose network is the same in all processes, and whose dropout is not."""
    seed_everything(options.seed)
    session = Session(options, corpus, process_group)
    if not process_group.is_main_process:
        (own,) = np.random.SeedSequence([options.seed, process_group.rank]).generate_state(1)
        seed_everything(int(own))
    return session


def fit(
    session: Session,
    folder: Path,
    signals: StopSignals,
    callbacks: Sequence[pl.Callback],
    loggers: Sequence[Logger] = (),
) -> bool:
    """Trains to the limit, or until a callback or a signal ends it.

    Args:
        session: the run; of several processes, connected.
        folder: the run's.
        signals: those to heed.
        callbacks: what is called around training.
        loggers: what callbacks find as the trainer's; the run itself opens and closes them.

    Returns:
        Whether it was a signal.
    """
    module, own = session.module, session.user_callbacks
    module.stop_signal = lambda: signals.received
    hush_lightning()
    with warnings.catch_warnings(), own.named_errors():
        warnings.filterwarnings("ignore", module="pytorch_lightning|lightning_fabric|torch")
        trainer = _trainer(
            session,
            callbacks=[
                # after Lightning has put up its own handlers
                pl.callbacks.LambdaCallback(on_train_start=lambda *_: signals.install()),
                OrderedSums(session.process_group),
                *(own, *own.all.values()),
                *callbacks,
            ],
            logger=list(loggers),
            default_root_dir=folder,
        )
        try:
            trainer.fit(module, module.train_loader, session.validation_batches())
        except Stopped:
            return True
        except SystemExit as error:  # what Lightning makes of a second Ctrl-C
            raise KeyboardInterrupt from error
        finally:
            session.network.to(session.device)  # Lightning leaves it on the CPU
    return False


def _trainer(session: Session, **what_it_calls: Any) -> pl.Trainer:
    """Lightning's trainer on the session's devices, silent, without limits of its own."""
    process_group = session.process_group
    return pl.Trainer(
        accelerator={"cuda": "gpu"}.get(session.device.type, session.device.type),
        strategy=_strategy(session),
        devices=process_group.local_size,
        num_nodes=process_group.nodes,
        max_epochs=-1,  # the task knows the limits; see charlab.training.loader
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        plugins=[environment_of(process_group)],
        **what_it_calls,
    )


def _strategy(session: Session) -> str:
    """Lightning's name for how the processes train together."""
    if session.process_group.is_single_process:
        return "auto"
    # Lightning would let DDP send the buffers round before every batch that is measured, and
    # processes measure different numbers of batches. None of them changes in training.
    module = session.module
    wrapper: Any = DistributedDataParallel  # this method has no types
    wrapper._set_params_and_buffers_to_ignore_for_model(
        module, [name for name, _ in module.named_buffers()]
    )
    chosen = session.options.trainer.strategy
    return "ddp" if chosen == "auto" else chosen


def is_over(session: Session) -> bool:
    """Whether a run that goes on has nothing left to do."""
    module = session.module
    over = session.best.patience_is_over(session.options.trainer.patience)
    return (module.limits.reached(module.progress) or over) and not module.progress.validation_due


def follow(session: Session, folder: Path, signals: StopSignals) -> bool:
    """Trains beside the first process, which alone writes and speaks; gives what `fit` gives."""
    LOGGER.handlers.clear()
    LOGGER.propagate = False
    LOGGER.setLevel("CRITICAL")
    saving = session.saving(folder, after_validation_interval=lambda: None)
    return fit(session, folder, signals, [PruningCallback(None), saving])


@contextmanager
def others(session: Session, folder: Path) -> Iterator[None]:
    """The run's other processes on this host, started and connected as long as the context lasts.

    Nothing where there are none, or where a cluster has started them.

    Raises:
        RunError: if one of them dies.
    """
    process_group = session.process_group
    if process_group.is_single_process:
        yield
        return
    if process_group.is_launched_externally:
        with others_of_a_cluster():
            yield
        return
    # without libuv, which not every build of PyTorch has
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False, use_libuv=False)
    with _share_of_the_cpu(process_group) as threads:
        work = [
            WorkerSpec(
                options=session.options,
                corpus=session.corpus,
                checkpoint=session.begun_from,
                folder=folder,
                process_group=ProcessGroup(rank, process_group.size, rank, process_group.size),
                address=("127.0.0.1", store.port),
                threads=threads,
                taken=tuple(session.module.updates.taken),
            )
            for rank in range(1, process_group.size)
        ]
        session.begun_from = None
        store.set_timeout(timedelta(minutes=5))
        with Workers(_WORKER, work), connected(process_group, session.device, store=store):
            yield


@contextmanager
def others_of_a_cluster() -> Iterator[None]:
    """Words the end of a process that something else has started, as far as it is known here.

    Raises:
        RunError: if one of them does not answer any more.
    """
    try:
        yield
    except RuntimeError as error:
        if not is_loss_of_others(error):
            raise
        raise RunError(
            "another process of this run has ended, or cannot be reached; its own host has more"
        ) from error


@contextmanager
def _share_of_the_cpu(process_group: ProcessGroup) -> Iterator[int]:
    """Divides this process's CPU threads among all of them; Lightning is not to do it again."""
    before, variable = torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")
    threads = max(1, before // process_group.local_size)
    torch.set_num_threads(threads)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    try:
        yield threads
    finally:
        torch.set_num_threads(before)
        if variable is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = variable


@dataclass(frozen=True)
class WorkerSpec:
    """What a worker is told.

    Attributes:
        options: the run's, resolved.
        corpus: its data.
        checkpoint: where it goes on from, if it does.
        folder: the run's, where a worker writes nothing.
        process_group: the worker's place.
        address: where the processes meet: host and port.
        threads: CPU threads to compute with.
        taken: parameters that ``init=`` brought; their values come from the first process.
    """

    options: RunOptions
    corpus: Corpus
    checkpoint: Checkpoint | None
    folder: Path
    process_group: ProcessGroup
    address: tuple[str, int]
    threads: int
    taken: tuple[str, ...] = ()
