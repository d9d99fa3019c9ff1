"""The best metrics of a run so far, and what validations show besides numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytorch_lightning as pl

from charlab.config.task_options import Metric
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.training.loggers.run_loggers import RunLoggers
from charlab.training.module import TrainingModule


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
        self, loggers: RunLoggers, best: BestMetrics, trained: TrainedNetwork[Any]
    ) -> None:
        self._loggers = loggers
        self._best = best
        self._trained = trained

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """After each validation interval, validated or not."""
        assert isinstance(pl_module, TrainingModule)
        self._best.offer(pl_module.metrics)
        step = pl_module.progress.step
        with pl_module.updates.average.shown():
            pl_module.task.log_validation(self._trained, pl_module.meter, self._loggers, step)
        self._loggers.flush()
