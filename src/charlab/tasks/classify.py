"""Classification: a text's label is predicted."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from charlab.data.batch import Batch
from charlab.data.batches import TrainingBatches
from charlab.metrics import ClassificationMeter
from charlab.models.classifier import Classifier
from charlab.models.state import State
from charlab.tasks import register
from charlab.tasks.base import CharTask
from charlab.tasks.progress import Limits
from charlab.tasks.records import Outcome, TrainingOptions

_EXPONENTS = {"none": 0.0, "mild": 0.5, "balanced": 1.0}


@register("classify")
class ClassifyTask(CharTask[Classifier]):
    """Trains a classifier by cross-entropy.

    Class weights and label smoothing shape the objective alone, never a reported loss.

    Args:
        network, batches, limits, options: as in :class:`CharTask`.
        class_counts: training examples of each class, (C,).
        class_weights: "none", "mild" (1 / sqrt of the count) or "balanced" (1 / count).
        label_smoothing: share of the target spread evenly over all classes.
    """

    def __init__(
        self,
        network: Classifier,
        batches: TrainingBatches,
        limits: Limits,
        options: TrainingOptions,
        *,
        class_counts: Tensor,
        class_weights: str,
        label_smoothing: float,
    ) -> None:
        self._classes = len(class_counts)
        super().__init__(network, batches, limits, options)
        self._label_smoothing = label_smoothing
        weights = weights_of_classes(class_counts, _EXPONENTS[class_weights])
        self.register_buffer("_class_weights", weights, persistent=False)
        self._class_weights: Tensor

    @classmethod
    def build(
        cls,
        network: Classifier,
        batches: TrainingBatches,
        limits: Limits,
        training: TrainingOptions,
        *,
        task: Any,
        class_counts: Tensor,
        unit: str,
    ) -> "ClassifyTask":
        """See :meth:`CharTask.build`."""
        return cls(
            network,
            batches,
            limits,
            training,
            class_counts=class_counts,
            class_weights=task.class_weights,
            label_smoothing=task.label_smoothing,
        )

    def forward_window(self, batch: Batch, state: State | None, *, measure: bool) -> Outcome:
        """See :meth:`CharTask.forward_window`; the objective is the weighted mean."""
        logits = self.network(batch.ids, batch.lengths).float()  # (B, C)
        objective = F.cross_entropy(
            logits,
            batch.targets,
            weight=self._class_weights,
            label_smoothing=self._label_smoothing,
        )
        with torch.no_grad():
            loss = F.cross_entropy(logits, batch.targets, reduction="sum")
            correct = (logits.argmax(-1) == batch.targets).sum()
        return Outcome(objective, loss, len(batch.targets), correct, None)

    def amounts(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """See :meth:`CharTask.amounts`: the examples' weights."""
        labels = batch.targets
        if batch.whole is not None and batch.whole.labels is not None:
            labels = batch.whole.labels
        return self._class_weights[batch.targets].sum(), self._class_weights[labels].sum()

    def new_meter(self) -> ClassificationMeter:
        """Counts every example."""
        return ClassificationMeter(self.network, self._classes)

    def training_figures(self, loss: float) -> dict[str, float]:
        """loss."""
        return {"loss": loss}


def weights_of_classes(counts: Tensor, exponent: float) -> Tensor:
    """Weights proportional to count ** -exponent, (C,), whose mean over the examples is 1.

    A class without examples weighs nothing.
    """
    present = counts > 0
    weights = torch.where(present, counts.clamp(min=1).double() ** -exponent, 0.0)
    return (weights * counts.sum() / (weights * counts).sum()).float()
