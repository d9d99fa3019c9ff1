"""Shows every validation to somebody outside who may end the run: a sweep's pruner."""

from collections.abc import Callable, Mapping

import pytorch_lightning as pl

from charlab.system.terminal import say
from charlab.training.module import TrainingModule

Watch = Callable[[Mapping[str, float], int], bool]
"""Told a run's metrics and the characters it was trained on; whether to give it up."""


class PruningCallback(pl.Callback):
    """Stops the run where its watcher gives it up; it is saved like any other validation interval.

    Args:
        watch: the watcher; None: nobody.

    Attributes:
        pruned: whether the run was pruned.
    """

    def __init__(self, watch: Watch | None) -> None:
        self._watch = watch
        self.pruned = False

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """After each validation interval and its validation."""
        assert isinstance(pl_module, TrainingModule)
        progress = pl_module.progress
        unwanted = self._watch is not None and self._watch(pl_module.metrics, progress.characters)
        if not pl_module.process_group.broadcast(unwanted):
            return
        if not pl_module.limits.reached(progress):  # what is done already can as well be complete
            say("given up: this trial is behind the others")
            self.pruned = True
            trainer.should_stop = True
