"""A run's curves, texts, metrics and hyperparameters for TensorBoard."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytorch_lightning as pl
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from charlab.config.task_options import Metric
from charlab.system.terminal import visible, warn
from charlab.tasks.task import TrainedNetwork
from charlab.training.module import TrainingModule

_ROW_SUFFIX = ".hparams"


class TensorBoardWriter:
    """Writes event files into a run's folder.

    Args:
        resume_step: the step a resumed run goes on from; later points of the broken-off session
            are hidden. None: a new run.
    """

    def __init__(self, folder: Path, resume_step: int | None = None) -> None:
        self._folder = folder
        self._lost = False
        self._purge = None if resume_step is None else resume_step + 1
        threading.excepthook = _on_thread_error
        self._try(self._open)

    def _open(self) -> None:
        self._writer = SummaryWriter(str(self._folder), purge_step=self._purge, flush_secs=10)

    def _try(self, write: Callable[[], object]) -> None:
        """Writes; where that fails it is said once, and the run goes on without curves."""
        if self._lost:
            return
        try:
            write()
        except OSError as error:
            self._lost = True
            warn(f"cannot write {self._folder}/events.*: {error.strerror}; TensorBoard has a gap")

    def scalars(self, metrics: Mapping[str, float], step: int) -> None:
        """Points of curves, by tag."""
        for tag, value in metrics.items():
            self._try(lambda: self._writer.add_scalar(tag, value, step))  # noqa: B023  (called now)

    def text(self, tag: str, text: str, step: int) -> None:
        """A text, shown with its line breaks and nothing of it taken for markup."""
        lines = visible(text, keep="\n").split("\n")  # whatever else ends a line ends the block
        indented = "\n".join(f"    {line}" for line in lines)
        self._try(lambda: self._writer.add_text(tag, indented, step))

    def image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """An image, (height, width, 3)."""
        self._try(lambda: self._writer.add_image(tag, pixels, step, dataformats="HWC"))

    def row(self, settings: Mapping[str, Any], metrics: Mapping[str, float], step: int) -> None:
        """The run's row in the HPARAMS tab: its settings, its last and its best metrics.

        The row has an event file of its own, which a resumed run replaces: TensorBoard keeps the
        first row that it meets.
        """
        self.scalars(
            {tag: v for tag, v in metrics.items() if tag.startswith(("best/", "test/"))}, step
        )
        self._try(lambda: self._replace_row(settings))

    def _replace_row(self, settings: Mapping[str, Any]) -> None:
        for old in self._folder.glob(f"events.out.tfevents.*{_ROW_SUFFIX}"):
            old.unlink(missing_ok=True)
        writer = SummaryWriter(str(self._folder), filename_suffix=_ROW_SUFFIX)
        events: Any = writer.file_writer
        rows: Any = hparams  # torch's TensorBoard helpers are not typed
        said = {key: visible(v) if isinstance(v, str) else v for key, v in settings.items()}
        # The first summary describes the columns of all runs, of which this one knows nothing:
        # without it TensorBoard looks which settings differ, and what their types are.
        for summary in rows(said, {})[1:]:
            events.add_summary(summary)
        writer.close()

    def flush(self) -> None:
        """Lets a watching TensorBoard see everything so far."""
        self._try(lambda: self._writer.flush())

    def close(self) -> None:
        """Writes what is left."""
        self._try(lambda: self._writer.close())


def _on_thread_error(found: threading.ExceptHookArgs) -> None:
    """As Python says it, but for writers of events: what ended them is raised at the next write."""
    if not (isinstance(found.exc_value, OSError) and "Writer" in type(found.thread).__name__):
        threading.__excepthook__(found)


class BestMetrics:
    """The best value so far of each validation figure, as ``best/val/loss`` and so on.

    Args:
        known: values from before a run was resumed.
    """

    def __init__(self, metrics: Iterable[Metric], known: Mapping[str, float] | None = None) -> None:
        self._metrics = tuple(metrics)
        self.values = {k: v for k, v in (known or {}).items() if k.startswith("best/")}

    def offer(self, metrics: Mapping[str, float]) -> None:
        """Takes note of a validation."""
        for metric in self._metrics:
            tag = f"val/{metric.name}"
            if tag in metrics:
                choose = max if metric.higher_is_better else min
                best = self.values.get(f"best/{tag}", metrics[tag])
                self.values[f"best/{tag}"] = choose(best, metrics[tag])


class LogValidation(pl.Callback):
    """Keeps the best metrics, and shows what numbers do not; each task says what."""

    def __init__(
        self, writer: TensorBoardWriter, best: BestMetrics, trained: TrainedNetwork[Any]
    ) -> None:
        self._writer = writer
        self._best = best
        self._trained = trained

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """After each validation interval, validated or not."""
        assert isinstance(pl_module, TrainingModule)
        self._best.offer(pl_module.metrics)
        step = pl_module.progress.step
        pl_module.task.log_validation(self._trained, pl_module.meter, self._writer, step)
        self._writer.flush()
