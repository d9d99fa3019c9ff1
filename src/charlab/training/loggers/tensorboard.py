"""TensorBoard's event files, arranged so that it opens on what is looked at first.

TensorBoard sorts charts by their names and opens the first two groups: ``train`` and ``val`` come
first, and whatever else is a curve is named to come later. Best and test metrics, of which a run
has one each, are columns of HPARAMS and a text. What shows the data is a run of its own, once for
all runs of a dataset.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pytorch_lightning.loggers import TensorBoardLogger
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from charlab.runs.event_files import EVENTS, shown_tag
from charlab.system.terminal import visible
from charlab.training.loggers.base import RunLogger, Setting

_ROW_SUFFIX = ".hparams"


class EventFiles(RunLogger, TensorBoardLogger):
    """Writes event files into a folder.

    Args:
        resume_step: the step a resumed run goes on from; later points of the broken-off session
            are hidden. None: a new run.
    """

    kind = "tensorboard"

    def __init__(self, folder: Path, resume_step: int | None = None) -> None:
        purge = None if resume_step is None else resume_step + 1
        super().__init__(folder, "", default_hp_metric=False, purge_step=purge, flush_secs=10)
        self._folder = folder
        threading.excepthook = _on_thread_error

    @property
    def log_dir(self) -> str:
        """The folder, whose name is taken to the letter."""
        return str(self._folder)

    @property
    def writer(self) -> SummaryWriter:
        """PyTorch's writer."""
        writer: SummaryWriter = self.experiment
        return writer

    def begin(self, settings: Mapping[str, Setting], *, resumed: bool) -> str | None:
        """Opens the event file."""
        self.writer.flush()
        return None

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Points of curves, by tag."""
        for tag, value in metrics.items():
            self.writer.add_scalar(shown_tag(tag), value, step)

    def add_text(self, tag: str, text: str, step: int) -> None:
        """A text, shown with its line breaks and nothing of it taken for markup."""
        lines = visible(text, keep="\n").split("\n")  # whatever else ends a line ends the block
        self.writer.add_text(tag, "\n".join(f"    {line}" for line in lines), step)

    def add_image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """An image, (height, width, 3)."""
        self.writer.add_image(tag, pixels, step, dataformats="HWC")

    def add_results(
        self, settings: Mapping[str, Setting], results: Mapping[str, float], step: int
    ) -> None:
        """The run's row in HPARAMS and the same as a text.

        Best and test metrics are columns of the settings' kind: TensorBoard takes those of the
        other kind from the charts, and a chart of one point says nothing.

        The row has an event file of its own, which a resumed run replaces: TensorBoard keeps the
        first row that it meets.
        """
        row = {**settings, **results}
        lines = [f"{k:<32} {f'{v:.6g}' if isinstance(v, float) else v}" for k, v in row.items()]
        self.add_text("summary", "\n".join(lines), step)
        for old in self._folder.glob(f"{EVENTS}{_ROW_SUFFIX}"):
            old.unlink(missing_ok=True)
        writer = SummaryWriter(self.log_dir, filename_suffix=_ROW_SUFFIX)
        events: Any = writer.file_writer
        rows: Any = hparams  # torch's TensorBoard helpers are not typed
        said = {key: visible(v) if isinstance(v, str) else v for key, v in row.items()}
        # The first summary describes the columns of all runs, of which this one knows nothing:
        # without it TensorBoard looks which settings differ, and what their types are.
        for summary in rows(said, {})[1:]:
            events.add_summary(summary)
        writer.close()

    def for_dataset(self, folder: Path) -> Self | None:
        """A run of its own; None if an earlier run has made it."""
        return None if any(folder.glob(EVENTS)) else type(self)(folder)

    def flush(self) -> None:
        """Lets a watching TensorBoard see everything so far."""
        self.writer.flush()

    def close(self, status: str) -> None:
        """Writes what is left."""
        self.writer.close()


def _on_thread_error(found: threading.ExceptHookArgs) -> None:
    """As Python says it, but for writers of events: what ended them is raised at the next write."""
    if not (isinstance(found.exc_value, OSError) and "Writer" in type(found.thread).__name__):
        threading.__excepthook__(found)
