"""What a validation shows besides numbers; each task says what."""

from typing import Any

import pytorch_lightning as pl

from charlab.callbacks.curves import BestFigures, Curves
from charlab.tasks.task import TrainedNetwork
from charlab.training.module import TrainingModule


class Looks(pl.Callback):
    """Keeps the best figures, and shows what numbers do not.

    Args:
        curves: where to.
        best: takes note of every validation.
        trained: the network and its data.
    """

    def __init__(self, curves: Curves, best: BestFigures, trained: TrainedNetwork[Any]) -> None:
        self._curves = curves
        self._best = best
        self._trained = trained

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """After each leg, validated or not."""
        assert isinstance(pl_module, TrainingModule)
        self._best.offer(pl_module.figures)
        step = pl_module.progress.step
        pl_module.task.log_validation(self._trained, pl_module.meter, self._curves, step)
        self._curves.flush()
