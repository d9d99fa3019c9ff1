"""What a run's folder says besides its checkpoints: metrics, environment, event files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from charlab.commands.session import Session
from charlab.config.check import to_plain
from charlab.environment import describe
from charlab.files import write_json
from charlab.networks import count_parameters
from charlab.terminal import LOGGER


class RunRecord:
    """Keeps a run's ``metrics.json``, ``environment.json`` and event files.

    Args:
        session: the run.
        folder: its folder.
    """

    def __init__(self, session: Session, folder: Path) -> None:
        self.curves = session.curves(folder)
        self.extra: dict[str, float] = {}
        self._session = session
        self._folder = folder
        options, corpus = session.options, session.corpus
        environment = describe(session.device, session.precision, options.seed, corpus.fingerprint)
        write_json(folder / "environment.json", environment)

    def write(self, status: str) -> dict[str, float | str]:
        """Writes ``metrics.json``."""
        session, progress = self._session, self._session.task.progress
        seconds = progress.train_seconds
        metrics: dict[str, float | str] = {
            **session.figures(),
            **self.extra,
            "model/parameters": count_parameters(session.network),
            "time/train_seconds": seconds,
            "time/elapsed_seconds": progress.elapsed_seconds,
            "speed/train_chars_per_second": progress.characters / seconds if seconds else 0.0,
            "progress/epochs": progress.epoch,
            "progress/steps": progress.step,
            "progress/characters": progress.characters,
            "progress/best_step": session.best.step,
            "progress/share": session.task.limits.share(progress),
            "status": status,
        }
        write_json(self._folder / "metrics.json", metrics)
        return metrics

    def finish(self, status: str) -> dict[str, float | str]:
        """Writes the last metrics and the run's row of hyperparameters."""
        metrics = self.write(status)
        settings = {**_flat_settings(to_plain(self._session.options)), "status": status}
        figures = {k: v for k, v in metrics.items() if isinstance(v, float)}
        self.curves.row(settings, figures, self._session.task.progress.step)
        return metrics

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Closes the event files at the end; if an exception ends the run, says which way."""
        try:
            yield
        except BaseException as error:
            LOGGER.debug("the run broke off", exc_info=error)
            self.finish("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
            raise
        finally:
            self.curves.close()


def _flat_settings(options: dict[str, object], prefix: str = "") -> dict[str, str | float | bool]:
    """Nested options as "model.hidden_size" and so on; TensorBoard knows numbers, words, truth."""
    flat: dict[str, str | float | bool] = {}
    for name, value in options.items():
        if isinstance(value, dict):
            flat |= _flat_settings(value, f"{prefix}{name}.")
        elif isinstance(value, bool | int | float | str):
            flat[prefix + name] = value
        elif value is not None:  # a word among a column's numbers would make all of them words
            flat[prefix + name] = str(value)
    return flat
