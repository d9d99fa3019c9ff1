"""When a run is saved, which checkpoint is the best, and when to stop early."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Checkpoint as LightningCheckpoint

from charlab.config.constraints import at_least
from charlab.config.task_options import higher_is_better
from charlab.runs import folder as runs
from charlab.runs.checkpoint import Checkpoint, save
from charlab.system.signals import Stopped
from charlab.system.style import line
from charlab.system.terminal import say
from charlab.system.words import counted
from charlab.training.module import TrainingModule


@dataclass
class BestSoFar:
    """The best validation of a run; plain numbers, part of the checkpoint.

    Attributes:
        value: the monitored metric there; None before the first.
        step: optimizer steps done by then.
        validations_since: validations that were no better.
    """

    value: float | None = None
    step: Annotated[int, at_least(0)] = 0
    validations_since: Annotated[int, at_least(0)] = 0

    def offer(self, value: float | None, step: int, *, higher: bool) -> bool:
        """Takes note of a validation; True if it is the best, or nothing was measured."""
        if value is None:
            self.step = step
            return True
        if self.value is None or (value > self.value if higher else value < self.value):
            self.value, self.step, self.validations_since = value, step, 0
            return True
        self.validations_since += 1
        return False

    def patience_is_over(self, patience: int | None) -> bool:
        """Whether that many validations were no better; None is patient for ever."""
        return patience is not None and self.validations_since >= patience


class CheckpointCallback(LightningCheckpoint):
    """Writes ``best.ckpt`` and ``last.ckpt``.

    After every validation, every so many minutes, and when a signal stops the run. A save decides
    nothing about training, so when it happens never changes what is learned. Without a validation
    part the last checkpoint is the best.

    Args:
        snapshot: gives the run at this moment.
        best: the best validation so far, kept up to date here.
        module: what is trained; of several processes the first writes, and the others give what
            they have for the snapshot.
        after_validation_interval: called after the save that follows a validation.
    """

    def __init__(
        self,
        folder: Path,
        snapshot: Callable[[], Checkpoint],
        best: BestSoFar,
        module: TrainingModule[Any],
        after_validation_interval: Callable[[], object],
    ) -> None:
        self.best = best
        self._folder = folder / runs.CHECKPOINTS
        self._snapshot = snapshot
        self._module = module
        self._after_validation_interval = after_validation_interval
        self._saved_at = self._now()

    def _now(self) -> float:
        """Seconds, of which all processes that save together have the same."""
        alone = self._module.process_group.is_single_process
        return time.monotonic() if alone else self._module.progress.elapsed_seconds

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        """Saves if it is time."""
        minutes = self._module.options.trainer.checkpoint_minutes
        if self._now() - self._saved_at >= 60 * minutes and not self._module.finishes_interval:
            self.save()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Saves after a validation interval and its validation; stops the run if it no longer gets
        better.
        """
        module = self._module
        monitor, patience = module.options.task.monitor, module.options.trainer.patience
        value, higher = module.metrics.get(monitor), higher_is_better(monitor)
        is_best = self.best.offer(value, module.progress.step, higher=higher)
        self.save(best=is_best)
        self._after_validation_interval()
        if module.limits.reached(module.progress):
            trainer.should_stop = True
        elif self.best.patience_is_over(patience):
            waited = counted(patience or 0, "validation")
            say(line(f"stopping early: {monitor} has not improved for {waited}"))
            trainer.should_stop = True

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        """Saves where a signal stopped the run; after any other exception the state may be torn."""
        if isinstance(exception, Stopped):
            self.save()

    def save(self, *, best: bool = False) -> None:
        """Writes ``last.ckpt``, and ``best.ckpt`` too if it is the best."""
        checkpoint = self._snapshot()
        if self._module.process_group.is_main_process:
            self._folder.mkdir(exist_ok=True)
            names = (runs.LAST, runs.BEST) if best else (runs.LAST,)
            save(checkpoint, *(self._folder / name for name in names))
        self._saved_at = self._now()
