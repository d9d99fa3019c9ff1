"""What a validation shows besides numbers; each task says what."""

from typing import Any

import pytorch_lightning as pl

from charlab.tasks.task import TrainedNetwork
from charlab.training.callbacks.tensorboard import BestMetrics, TensorBoardWriter
from charlab.training.module import TrainingModule


class LogValidation(pl.Callback):
    """Keeps the best metrics, and shows what numbers do not.

    Args:
        writer: where to.
        best: takes note of every validation.
        trained: the network and its data.
    """

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
