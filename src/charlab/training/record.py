"""What a run's folder says besides its checkpoints: metrics, environment, samples; its loggers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from charlab.builders.network import count_parameters, load_weights
from charlab.config.schema import RunOptions
from charlab.config.validation import to_plain
from charlab.data.documents.files.standard_input import DASH
from charlab.data.tokens import resolve_min_count
from charlab.errors import DISK_FULL, RunError, line_about_the_machine
from charlab.evaluation.bits_per_character import split_text
from charlab.evaluation.evaluate import Meter, measure
from charlab.runs import folder as runs
from charlab.runs.checkpoint import load
from charlab.runs.environment import describe
from charlab.system.files import write_json, write_text
from charlab.system.style import styled
from charlab.system.terminal import LOGGER, say
from charlab.training.loggers.run_loggers import open_loggers
from charlab.training.run_name import RunName
from charlab.training.session import Session


class RunRecord:
    """Keeps a run's ``metrics.json``, ``environment.json`` and loggers.

    Args:
        name: what the run is called.

    Raises:
        RunError: if a logger cannot log.
    """

    def __init__(self, session: Session, folder: Path, name: RunName) -> None:
        step = session.module.progress.step
        self.loggers = open_loggers(session.options, folder, name, step or None)
        self._name = name
        self._status = "failed"
        self.extra: dict[str, float] = {}
        self._session = session
        self._folder = folder
        options, corpus = session.options, session.corpus
        environment = describe(session.device, session.precision, options.seed, corpus.fingerprint)
        environment["settings"] = resolved_settings(
            options, session.device.type, session.data_paths
        )
        write_json(folder / "environment.json", environment)

    def write(self, status: str) -> dict[str, float | str]:
        """Writes ``metrics.json``."""
        session, progress = self._session, self._session.module.progress
        seconds = progress.train_seconds
        metrics: dict[str, float | str] = {
            **session.metrics(),
            **self.extra,
            "model/parameters": count_parameters(session.network),
            "time/train_seconds": seconds,
            "time/elapsed_seconds": progress.elapsed_seconds,
            "speed/train_chars_per_second": progress.characters / seconds if seconds else 0.0,
            "progress/epochs": progress.epoch,
            "progress/steps": progress.step,
            "progress/characters": progress.characters,
            "progress/best_step": session.best.step,
            "progress/share": session.module.limits.share(progress),
            "status": status,
        }
        write_json(self._folder / "metrics.json", metrics)
        return metrics

    def finish(self, status: str) -> dict[str, float | str]:
        """Writes the last metrics, and has loggers show how the run ended."""
        metrics = self.write(status)
        self._status = status
        settings = {**self._name.settings(), "status": status}
        results = dict(self._results(metrics))
        self.loggers.results(settings, results, self._session.module.progress.step)
        return metrics

    def _results(self, metrics: Mapping[str, float | str]) -> Iterator[tuple[str, float]]:
        """What runs are compared by: the best of what is looked at in training, all of the test."""
        task = self._session.options.task
        looked_at = [f"val/{m.name}" for m in task.metrics if m.on_progress_line]
        best = [f"best/{tag}" for tag in dict.fromkeys([task.monitor, *looked_at])]
        for tag in [*best, *(f"test/{metric.name}" for metric in task.metrics)]:
            value = metrics.get(tag)
            if isinstance(value, float):
                yield tag, value

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Closes the loggers at the end; if an exception ends the run, says which way."""
        try:
            yield
        except BaseException as error:
            LOGGER.debug("the run broke off", exc_info=error)
            with suppress(OSError):  # what ended the run may be that nothing can be written
                self.finish("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
            if isinstance(error, OSError) and error.errno in DISK_FULL:
                saved = (self._folder / runs.CHECKPOINTS / runs.LAST).exists()
                go_on = f"go on by resume={self._folder}" if saved else "begin again"
                line = line_about_the_machine(error)
                raise RunError(f"{line}; make room, then {go_on}") from error
            raise
        finally:
            self.loggers.close(self._status)


def resolved_settings(
    options: RunOptions, device: str, data_paths: Mapping[str, str]
) -> dict[str, Any]:
    """What a run did, in which nothing is left open: two that did the same have the same.

    Args:
        options: resolved as checkpoints hold them.
        device: the kind that ``auto`` stood for.
        data_paths: where the data are (see :mod:`charlab.runs.data_paths`): a run may go on in
            another folder than the one that its paths were typed in.
    """
    settings: dict[str, Any] = to_plain(options)
    settings["trainer"]["accelerator"] = device
    dataset = settings["dataset"]
    dataset["min_count"] = resolve_min_count(options.dataset.unit, options.dataset.min_count)
    for name, path in data_paths.items():
        if path != DASH:
            dataset[name] = str(Path(path).resolve())
    return settings


def load_best(session: Session, folder: Path) -> dict[str, float]:
    """Gives the network the best weights of its run; without a best one the last (or the average).

    Returns:
        The validation metrics of those weights.
    """
    best = folder / runs.CHECKPOINTS / runs.BEST
    session.module.updates.average.show()  # what is loaded now takes the average's place
    if not best.exists():
        return {}
    checkpoint = load(best)
    load_weights(session.network, checkpoint.network)
    return {k: v for k, v in checkpoint.metrics.items() if k.startswith("val/")}


def test_metrics(session: Session) -> tuple[dict[str, float], Meter | None]:
    """Metrics of the test part, and of the model that the network is to be compared with.

    Returns:
        The metrics, and what measured the test part (None: there is none).
    """
    if session.options.trainer.overfit:  # one batch says nothing about other text
        return {}, None
    metrics: dict[str, float] = {}
    meter: Meter | None = None
    task, corpus = session.task, session.corpus
    if "test" in corpus.splits:
        batches = task.evaluation_batches(corpus.splits["test"], device=session.device)
        text = split_text(corpus, "test")
        meter = task.new_meter(session.network)
        values = measure(session.network, meter, batches, text)
        metrics = {f"test/{name}": value for name, value in values.items()}
    return metrics | task.baseline_metrics(corpus), meter


def final_samples(session: Session, folder: Path) -> None:
    """Says what the task shows at a run's end, and writes the same into a file."""
    shown = session.task.final_lines(session.trained)
    if shown is None:
        return
    heading, lines = shown
    say(styled(heading, "heading"))
    for line in "\n".join(lines).split("\n"):
        say(line)
    write_text(folder / "samples.txt", "\n".join(lines) + "\n")
