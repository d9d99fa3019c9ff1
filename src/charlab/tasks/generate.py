"""Generation: every next symbol is predicted."""

from typing import Any

import torch.nn.functional as F
from torch import Tensor

from charlab.data.batch import IGNORE, Batch
from charlab.data.batches import TrainingBatches
from charlab.metrics import GenerationMeter, symbol_metrics
from charlab.models.language_model import LanguageModel
from charlab.models.state import State
from charlab.tasks import register
from charlab.tasks.base import CharTask
from charlab.tasks.progress import Limits
from charlab.tasks.records import Outcome, TrainingOptions


@register("generate")
class GenerateTask(CharTask[LanguageModel]):
    """Trains a language model by cross-entropy, with truncated back-propagation through time.

    The state at the end of a window is carried, detached, into the next one (Mikolov et al. 2010)
    unless that one's lanes start anew.

    Args:
        network, batches, limits, options: as in :class:`CharTask`.
        unit: what a symbol is, for the figures' names: "char", "byte" or "word".
    """

    def __init__(
        self,
        network: LanguageModel,
        batches: TrainingBatches,
        limits: Limits,
        options: TrainingOptions,
        *,
        unit: str = "char",
    ) -> None:
        self._unit = unit
        super().__init__(network, batches, limits, options)

    @classmethod
    def build(
        cls,
        network: LanguageModel,
        batches: TrainingBatches,
        limits: Limits,
        training: TrainingOptions,
        *,
        task: Any,
        class_counts: Tensor,
        unit: str,
    ) -> "GenerateTask":
        """See :meth:`CharTask.build`."""
        return cls(network, batches, limits, training, unit=unit)

    def forward_window(self, batch: Batch, state: State | None, *, measure: bool) -> Outcome:
        """See :meth:`CharTask.forward_window`; the objective is the mean over symbols."""
        logits, state = self.network(batch.ids, state, condition=batch.labels)  # (B, T, V)
        rows, targets = logits.flatten(0, 1).float(), batch.targets.flatten()
        # A share of an epoch's last window may hold nothing to predict, and no mean.
        reduction = "mean" if batch.characters else "sum"
        objective = F.cross_entropy(rows, targets, ignore_index=IGNORE, reduction=reduction)
        return Outcome(
            objective=objective,
            loss=objective.detach() * batch.characters,
            predictions=batch.characters,
            correct=(rows.detach().argmax(-1) == targets).sum() if measure else None,
            state=state if batch.lengths is None else None,  # documents carry nothing on
        )

    def amounts(self, batch: Batch) -> tuple[float, float]:
        """See :meth:`CharTask.amounts`: symbols."""
        return batch.characters, batch.characters_of_all

    def new_meter(self) -> GenerationMeter:
        """Counts every predicted symbol."""
        return GenerationMeter(self.network, self._unit)

    def training_figures(self, loss: float) -> dict[str, float]:
        """loss, perplexity, bits_per_<unit>."""
        return symbol_metrics(loss, self._unit)
