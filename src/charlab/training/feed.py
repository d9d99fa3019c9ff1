"""Where a task's windows come from: those of one optimizer step at a time, in their order."""

from collections.abc import Iterator
from itertools import islice

from charlab.data.batch import Batch
from charlab.data.batches import TrainingBatches
from charlab.training.progress import Progress


class Feed:
    """Gives the windows that a run's progress points at.

    Args:
        batches: the training split's.
        progress: where the run stands, kept up to date by the task.
        accumulate: windows to an optimizer step; an epoch's last one gets what is left.
    """

    def __init__(self, batches: TrainingBatches, progress: Progress, accumulate: int) -> None:
        self._batches = batches
        self._progress = progress
        self._accumulate = accumulate
        self._windows: Iterator[Batch] | None = None

    @property
    def windows_per_epoch(self) -> int:
        """Windows of an epoch."""
        return self._batches.steps_per_epoch

    def step(self) -> list[Batch]:
        """The windows of the next optimizer step, one or more."""
        progress = self._progress
        if self._windows is None or progress.window == 0:
            self._windows = self._batches.epoch(progress.epoch, progress.window)
        count = min(self._accumulate, self.windows_per_epoch - progress.window)
        windows = list(islice(self._windows, count))
        assert len(windows) == count, "an epoch has fewer windows than it says"
        return windows

    def look_ahead(self) -> Batch:
        """The window that comes next, which stays the next."""
        return next(self._batches.epoch(self._progress.epoch, self._progress.window))

    def rewind(self) -> None:
        """Lets the next step begin where the progress points, wherever that is now."""
        self._windows = None
