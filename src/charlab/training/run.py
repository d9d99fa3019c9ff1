"""Training: a run from its settings to its folder full of results."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import OmegaConf

from charlab.builders.corpus import Prepared, prepare
from charlab.builders.network import restore_network
from charlab.config.schema import RunOptions
from charlab.config.validation import to_plain
from charlab.errors import DataError
from charlab.runs import folder as runs
from charlab.runs.checkpoint import Checkpoint
from charlab.runs.saved_config import read_overrides
from charlab.system.devices import choose_device
from charlab.system.files import copy_atomically, user_path, write_text
from charlab.system.signals import StopSignals
from charlab.system.style import line
from charlab.system.terminal import LogFile, say
from charlab.training.callbacks.log_dataset import LogDataset
from charlab.training.callbacks.log_validation import LogValidation
from charlab.training.callbacks.progress_bar import ProgressDisplay
from charlab.training.callbacks.pruning import PruningCallback, Watch
from charlab.training.describe import describe_beginning, describe_end
from charlab.training.distributed.launch import init_processes
from charlab.training.record import RunRecord, final_samples, load_best, test_metrics
from charlab.training.run_figures import write_look, write_run_figures
from charlab.training.run_name import RunName
from charlab.training.session import Session
from charlab.training.statistics import DivergedError
from charlab.training.trainer import fit, follow, is_over, new_session, others, others_of_a_cluster


@dataclass(frozen=True)
class Result:
    """How a run ended.

    Attributes:
        folder: the run's folder.
        status: "completed", "interrupted" or "pruned".
        metrics: what ``metrics.json`` holds.
        validated: the validation metrics of its best checkpoint.
        signal: the signal that interrupted it, if one did.
    """

    folder: Path
    status: str
    metrics: dict[str, float | str]
    validated: dict[str, float]
    signal: int | None = None


def train(
    prepared: Prepared,
    *,
    folder: Path | None = None,
    config_yaml: str | None = None,
    overrides: Sequence[str] = (),
    watch: Watch | None = None,
    searched: Sequence[str] | None = None,
) -> Result:
    """Trains a new run.

    Args:
        folder: where; None: a new folder below ``output_dir``.
        config_yaml: the composed configuration as Hydra wrote it, for ``.hydra/``.
        overrides: the words that made it.
        searched: of a sweep's trial, those of them that other trials have otherwise.

    Raises:
        CharlabError: if the settings do not fit the machine (nothing is left behind then), or
            training diverges.
    """
    session = _session(prepared)
    if prepared.initial is not None:
        session.begin_with(prepared.initial)
        config_yaml = None  # it lacks the shape that the other run's network brought
    folder = _own_folder(session, folder)
    if not session.process_group.is_main_process:
        return _follow(session, folder)
    with runs.exclusive(folder):
        _write_config(folder, session.options, config_yaml, overrides)
        return _run(session, folder, watch, searched)


def resume(
    checkpoint: Checkpoint,
    options: RunOptions,
    folder: Path,
    overrides: Sequence[str] = (),
    watch: Watch | None = None,
    searched: Sequence[str] | None = None,
) -> Result:
    """Goes on with a run in its own folder (which the caller keeps to itself), where it was saved.

    Args:
        checkpoint: the run's last checkpoint.
        options: its options, with what the user changed.
        overrides: the words that made the change.
        searched: as of a new run.

    Raises:
        CharlabError: if the data are others now, or training diverges.
    """
    restore_network(checkpoint, folder)  # before memory is taken for sizes that it does not have
    session = _session(prepare(options, checkpoint.data_paths))
    session.restore(checkpoint)
    if not session.process_group.is_main_process:
        return _follow(session, folder)
    if overrides:
        before = read_overrides(folder)
        typed = None if before is None else [*before, *overrides]
        _write_config(folder, session.options, None, typed)
    progress = session.module.progress
    if progress.step and session.best.step == progress.step:
        checkpoints = folder / runs.CHECKPOINTS  # a kill may have come between the two files
        copy_atomically(checkpoints / runs.LAST, checkpoints / runs.BEST)
    return _run(session, folder, watch, searched)


def _session(prepared: Prepared) -> Session:
    """The session of this process, whose place is settled before anything is written."""
    trainer = prepared.options.trainer
    device = choose_device(trainer.accelerator, "trainer.accelerator")
    process_group = init_processes(trainer, device)
    if process_group.is_launched_externally:
        fingerprints = process_group.gather(prepared.corpus.fingerprint)
        if len(set(fingerprints)) > 1:
            raise DataError("the hosts have not the same data: give all of them the same files")
    session = new_session(prepared.options, prepared.corpus, process_group)
    session.data_paths = prepared.data_paths
    return session


def _own_folder(session: Session, folder: Path | None) -> Path:
    """The folder of a new run; the first process makes it and tells the others."""
    options = session.options

    def make() -> Path:
        if folder is not None:
            return runs.claim(folder)
        names = (options.task.name, options.dataset.name, options.model.name)
        return runs.allocate(options.output_dir, *names, debug=options.debug)

    return (
        session.process_group.on_main_process(make)
        if session.process_group.is_launched_externally
        else make()
    )


def _follow(session: Session, folder: Path) -> Result:
    """What a process does that a cluster started beside the first one."""
    with StopSignals() as signals, others_of_a_cluster():
        stopped = not is_over(session) and follow(session, folder, signals)
    signum = signals.received if stopped else None
    return Result(folder, "interrupted" if stopped else "completed", {}, {}, signum)


def _write_config(
    folder: Path, options: RunOptions, config_yaml: str | None, overrides: Sequence[str] | None
) -> None:
    """Writes what the run is made of; the words only where all of them are known."""
    hydra = folder / runs.HYDRA
    hydra.mkdir(exist_ok=True)
    write_text(hydra / "config.yaml", config_yaml or OmegaConf.to_yaml(to_plain(options)))
    if overrides is not None:
        write_text(hydra / "overrides.yaml", OmegaConf.to_yaml(list(overrides)))


def _run(
    session: Session,
    folder: Path,
    watch: Watch | None = None,
    searched: Sequence[str] | None = None,
) -> Result:
    """Trains, measures, samples; whatever happens, the folder says how it ended."""
    begun = time.perf_counter()
    with LogFile(folder / "train.log"):
        describe_beginning(session, folder)
        draws = _draws(session, watch)
        name = RunName(session.options, folder, read_overrides(folder) or (), searched)
        record = RunRecord(session, folder, name)
        record.write("running")
        with StopSignals() as signals, record.closing():
            try:
                status = _fit(session, folder, signals, record, watch)
            except DivergedError:  # its curves show how
                if draws:
                    write_run_figures(session, folder, None)
                raise
            signals.training_is_over()
            if status != "completed":
                record.write(status)  # who gave the signal may not wait for what follows
            validated = load_best(session, folder)
            test_meter = None
            if status == "completed":
                measured, test_meter = test_metrics(session)
                record.extra |= measured
            if status != "pruned":
                final_samples(session, folder)
            if draws:
                write_run_figures(session, folder, test_meter)
                if status == "completed":
                    write_look(session, folder, record.loggers)
            metrics = record.finish(status)
        describe_end(session.task, {**metrics, **validated}, folder, time.perf_counter() - begun)
    signum = signals.received if status == "interrupted" else None
    return Result(folder, status, metrics, validated, signum)


def _fit(
    session: Session, folder: Path, signals: StopSignals, record: RunRecord, watch: Watch | None
) -> str:
    """Trains to the limit, to a signal or until it is pruned; the status says which."""
    if is_over(session):
        over = session.best.patience_is_over(session.options.trainer.patience)
        limit = "trainer.patience" if over else "trainer.max_epochs"
        say(line(f"this run is complete; extend it with {limit}=… (or its other limits)"))
        return "completed"
    module, loggers, pruning = session.module, record.loggers, PruningCallback(watch)
    module.on_log = lambda metrics: loggers.scalars(metrics, module.progress.step)
    shows_data = watch is None and not session.options.debug and not module.progress.step
    callbacks = [
        LogDataset(loggers, session.corpus, _data_folder(session), wanted=shows_data),
        LogValidation(loggers, session.best_metrics, session.trained),
        ProgressDisplay(session.options.trainer.progress, session.best_metrics.values),
        pruning,
        session.saving(folder, lambda: record.write("running")),
    ]
    with others(session, folder):
        stopped = fit(session, folder, signals, callbacks, loggers.loggers)
    if stopped:
        return "interrupted"
    return "pruned" if pruning.pruned else "completed"


def _data_folder(session: Session) -> Path:
    """Where the pictures of the data are that all runs on them share."""
    options, fingerprint = session.options, session.corpus.fingerprint
    return user_path(options.output_dir) / "data" / options.dataset.name / fingerprint[:8]


def _draws(session: Session, watch: Watch | None) -> bool:
    """Whether figures are wanted; of debug runs and trials only if they are asked for."""
    wish = session.options.trainer.figures
    return wish == "always" or (wish == "auto" and watch is None and not session.options.debug)
