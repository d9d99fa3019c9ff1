"""A run's loggers together: what one cannot take it loses, and the run goes on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from charlab.config.schema import RunOptions
from charlab.errors import CharlabError, RunError
from charlab.runs.event_files import event_files
from charlab.system.files import read_json, user_path, write_json
from charlab.system.terminal import hush_lightning, say, warn
from charlab.training.loggers.base import RunLogger, words_of
from charlab.training.loggers.csv_table import CsvTable
from charlab.training.loggers.tensorboard import EventFiles
from charlab.training.run_name import RunName

_IDS = "loggers.json"


class RunLoggers:
    """Gives everything to each of a run's loggers.

    A logger that fails is left out from then on, with a line that says so: neither a full disk nor
    a server that is away ends a run.
    """

    def __init__(self, loggers: Iterable[RunLogger] = ()) -> None:
        self.loggers: Sequence[RunLogger] = tuple(loggers)

    def _each(self, log: Callable[[RunLogger], object]) -> None:
        for logger in self.loggers:
            try:
                log(logger)
            except Exception as error:
                self.loggers = tuple(other for other in self.loggers if other is not logger)
                warn(f"{words_of(logger.kind, error)}; the run goes on without it")

    def scalars(self, metrics: Mapping[str, float], step: int) -> None:
        """Points of curves, by tag."""
        self._each(lambda logger: logger.log_metrics(dict(metrics), step))

    def text(self, tag: str, text: str, step: int) -> None:
        """A text, to the letter."""
        self._each(lambda logger: logger.add_text(tag, text, step))

    def image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """An image, (height, width, 3)."""
        self._each(lambda logger: logger.add_image(tag, pixels, step))

    def results(
        self, settings: Mapping[str, str | float | bool], results: Mapping[str, float], step: int
    ) -> None:
        """Best and test metrics, with the settings that runs are compared by."""
        self._each(lambda logger: logger.add_results(settings, results, step))

    def dataset(self, folder: Path, show: Callable[["RunLoggers"], None]) -> None:
        """Has a dataset shown where that has not been done yet.

        Args:
            folder: the dataset's.
            show: shows it to the loggers that it is given.
        """
        found: list[RunLogger] = []
        self._each(lambda logger: found.extend(filter(None, [logger.for_dataset(folder)])))
        if found:
            show(RunLoggers(found))
            RunLoggers(x for x in found if x not in self.loggers).close("completed")

    def flush(self) -> None:
        """Lets somebody who watches see everything so far."""
        self._each(lambda logger: logger.flush())

    def close(self, status: str) -> None:
        """Writes what is left."""
        self._each(lambda logger: logger.close(status))


def open_loggers(
    options: RunOptions, folder: Path, name: RunName, resume_step: int | None
) -> RunLoggers:
    """A run's loggers, open; those of a resumed run go on with what they logged before.

    Args:
        name: what the run is called.
        resume_step: the step it goes on from; None: it is new.

    Raises:
        RunError: if one cannot log.
    """
    hush_lightning()
    ids = _read_ids(folder)
    loggers = []
    for kind in options.logger.names:
        try:
            logger = _open(kind, options, folder, name, resume_step, ids.get(kind))
            where = logger.begin(name.all_settings(), resumed=kind in ids)
        except CharlabError:
            raise
        except Exception as error:
            raise RunError(words_of(kind, error)) from error
        if where:
            say(f"{kind}: {where}")
        loggers.append(logger)
    ids |= {logger.kind: str(logger.version) for logger in loggers if logger.has_id}
    if ids:
        write_json(folder / _IDS, ids)
    return RunLoggers(loggers)


def _open(
    kind: str,
    options: RunOptions,
    folder: Path,
    name: RunName,
    resume_step: int | None,
    run_id: str | None,
) -> RunLogger:
    chosen = options.logger
    if kind == "tensorboard":
        earlier = next(event_files(folder), None)
        place = earlier.parent if earlier else folder / name.label
        return EventFiles(folder if place.is_symlink() else place, resume_step)
    if kind == "csv":
        return CsvTable(folder, resume_step)
    if kind == "wandb":
        from charlab.training.loggers.wandb_run import WandbRun

        assert chosen.wandb is not None
        return WandbRun(chosen.wandb, folder, name.title, name.sweep, run_id)
    from charlab.training.loggers.mlflow_run import MlflowRun

    assert chosen.mlflow is not None
    return MlflowRun(chosen.mlflow, user_path(options.output_dir), name.title, run_id)


def _read_ids(folder: Path) -> dict[str, str]:
    """What a resumed run's former self is found by, of each logger that wants to know."""
    try:
        found = read_json(folder / _IDS)
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}
