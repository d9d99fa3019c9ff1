"""A task in one file, as somebody outside would write it: is a character a vowel or not?"""

import unicodedata
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.config.task_options import Metric, TaskOptions, monitored
from charlab.data.batches.batch import IGNORE, Batch
from charlab.data.tokens.vocabulary import EOS, FIRST
from charlab.evaluation.bits_per_character import OriginalText
from charlab.models.recurrent import RecurrentModel
from charlab.models.state import State
from charlab.tasks import register
from charlab.tasks.task import StepOutput, Task

METRICS = (
    Metric("loss", on_progress_line=True),
    Metric("accuracy", higher_is_better=True, on_progress_line=True),
)


@dataclass(frozen=True)
class Options(TaskOptions):
    """Telling vowels from other characters."""

    monitor: Annotated[str, monitored(METRICS)]
    vowels: str

    metrics: ClassVar[tuple[Metric, ...]] = METRICS


class Tagger(nn.Module):
    """A recurrent model and two logits for each character."""

    def __init__(self, recurrent: RecurrentModel) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.output = nn.Linear(recurrent.feature_size, 2)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Logits (B, T, 2)."""
        features, _ = self.recurrent(ids, lengths=lengths)
        logits: Tensor = self.output(features.to(self.output.weight.dtype))
        return logits


@register("vowels")
class VowelTask(Task[Tagger]):
    """Its targets are made of the characters themselves."""

    def build_network(self) -> Tagger:
        return Tagger(self.recurrent())

    def targets(self, batch: Batch) -> Tensor:
        """1 for a vowel, 0 for another character, (B, T); the mark at the beginning is neither."""
        plain = [unicodedata.normalize("NFD", c)[0].lower() for c in self.data.vocabulary.tokens]
        table = torch.tensor([IGNORE] * FIRST + [int(c in self.options.vowels) for c in plain])
        targets = table[batch.ids]
        return targets.where(batch.ids != EOS, IGNORE)

    def training_loss(
        self, network: Tagger, batch: Batch, state: State | None, *, measure: bool
    ) -> StepOutput:
        logits = network(batch.ids, batch.lengths).float().flatten(0, 1)
        targets = self.targets(batch).flatten()
        objective = F.cross_entropy(logits, targets, ignore_index=IGNORE)
        count = int((targets != IGNORE).sum())
        correct = (logits.argmax(-1) == targets).sum()
        return StepOutput(objective, objective.detach() * count, count, correct, None)

    def new_meter(self, network: Tagger) -> "VowelMeter":
        return VowelMeter(self, network)


class VowelMeter:
    """Loss and accuracy over characters."""

    def __init__(self, task: VowelTask, network: Tagger) -> None:
        self._task = task
        self._network = network
        self._sums = torch.zeros(3, dtype=torch.float64)

    @torch.no_grad()
    def update(self, batch: Batch) -> None:
        output = self._task.training_loss(self._network, batch, None, measure=True)
        assert output.correct is not None
        found = [float(output.loss), float(output.correct), output.predictions]
        self._sums += torch.tensor(found, dtype=torch.float64)

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        loss, correct, count = self._sums.tolist()
        return {"loss": loss / count, "accuracy": correct / count}

    def sums(self) -> Tensor:
        return self._sums.clone()

    def replace(self, sums: Tensor) -> None:
        self._sums = sums
