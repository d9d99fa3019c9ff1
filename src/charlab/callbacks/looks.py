"""What a validation shows: sample texts, or the confusion matrix."""

from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl

from charlab.callbacks.curves import BestFigures, Curves
from charlab.figures import to_image
from charlab.figures.confusion import confusion_figure
from charlab.metrics import ClassificationMeter
from charlab.tasks.base import CharTask
from charlab.terminal import say


class Looks(pl.Callback):
    """Keeps the best figures, and shows what numbers do not.

    Args:
        curves: where to.
        best: takes note of every validation.
        labels: names of the classes, for the confusion matrix.
        sample: writes a few sample texts with the network as it is; None: the task has none.
    """

    def __init__(
        self,
        curves: Curves,
        best: BestFigures,
        labels: tuple[str, ...],
        sample: Callable[[], list[str]] | None,
    ) -> None:
        self._curves = curves
        self._best = best
        self._labels = labels
        self._sample = sample

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """After each leg, validated or not."""
        assert isinstance(pl_module, CharTask)
        self._best.offer(pl_module.figures)
        step = pl_module.progress.step
        self._show_samples(step)
        meter: Any = pl_module.meter
        if isinstance(meter, ClassificationMeter) and meter.confusion.any():
            figure = confusion_figure(meter.confusion.numpy(), self._labels)
            self._curves.image("val/confusion", to_image(figure), step)
        self._curves.flush()

    def _show_samples(self, step: int) -> None:
        texts = self._sample() if self._sample is not None else []
        if not texts:
            return
        self._curves.text("samples", "\n".join(texts), step)
        line = " · ".join(" ".join(text.split()) for text in texts)
        say(f"  says: {line[:110]}{'…' if len(line) > 110 else ''}")
