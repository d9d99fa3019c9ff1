"""Generation: every next character is predicted."""

import torch.nn.functional as F

from charlab.data.batch import IGNORE, Batch
from charlab.metrics import GenerationMeter, character_metrics
from charlab.models.language_model import LanguageModel
from charlab.models.state import State
from charlab.tasks import register
from charlab.tasks.base import CharTask
from charlab.tasks.records import Outcome


@register("generate")
class GenerateTask(CharTask[LanguageModel]):
    """Trains a language model by cross-entropy, with truncated back-propagation through time.

    The state at the end of a window is carried, detached, into the next one (Mikolov et al. 2010)
    unless that one's lanes start anew.
    """

    def forward_window(self, batch: Batch, state: State | None, *, measure: bool) -> Outcome:
        """See :meth:`CharTask.forward_window`; the objective is the mean over characters."""
        logits, state = self.network(batch.ids, state, condition=batch.labels)  # (B, T, V)
        rows, targets = logits.flatten(0, 1).float(), batch.targets.flatten()
        objective = F.cross_entropy(rows, targets, ignore_index=IGNORE)
        return Outcome(
            objective=objective,
            loss=objective.detach() * batch.characters,
            predictions=batch.characters,
            correct=(rows.detach().argmax(-1) == targets).sum() if measure else None,
            state=state if batch.lengths is None else None,  # documents carry nothing on
        )

    def new_meter(self) -> GenerationMeter:
        """Counts every predicted character."""
        return GenerationMeter(self.network)

    def training_figures(self, loss: float) -> dict[str, float]:
        """loss, perplexity, bits_per_char."""
        return character_metrics(loss)
