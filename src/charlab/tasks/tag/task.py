"""Tagging: the tag of each character, or of each word at its last one, is predicted."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from charlab.data.batches.batch import IGNORE, Batch, BatchForm
from charlab.data.corpus import Corpus
from charlab.errors import DataError
from charlab.evaluation.bits_per_character import OriginalText
from charlab.evaluation.ensemble import Member, ensemble_outputs, require_same
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.labels import ConfusionMeter, label_table
from charlab.evaluation.losses import StepOutput
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.inspection.symbols import Axes, Symbols
from charlab.models.ensemble import EnsembleClassifier
from charlab.models.state import State
from charlab.models.tagger import Tagger
from charlab.tasks import register
from charlab.tasks.tag.baseline import frequent_tag_metrics
from charlab.tasks.tag.predictor import TagPredictor
from charlab.tasks.task import Task

if TYPE_CHECKING:
    from charlab.figures.picture import Picture


@register("tag")
class TagTask(Task[Tagger]):
    """Trains a tagger by cross-entropy over what has a tag.

    A stream is read in windows, each from the zero state: the tagger may read both ways.
    """

    batch_form = BatchForm.TAGS
    figure_name = "confusion"

    def build_network(self) -> Tagger:
        """See :meth:`Task.build_network`."""
        return Tagger(self.recurrent(), len(self.data.tags))

    def symbol_axes(self, network: Tagger) -> dict[str, Axes]:
        """See :meth:`Task.symbol_axes`."""
        tags = {0: Symbols("tags", self.data.tags)}
        return super().symbol_axes(network) | {"output.weight": tags, "output.bias": tags}

    def outputs_per_position(self) -> int:
        """A number for each tag."""
        return len(self.data.tags)

    def training_loss(
        self, network: Tagger, batch: Batch, state: State | None, *, measure: bool
    ) -> StepOutput:
        """See :meth:`Task.training_loss`; the objective is the mean over tags."""
        return StepOutput.of_tokens(
            network(batch.ids, batch.lengths),
            batch.targets,
            batch.predictions,  # none in a window without a word's end
            smoothing=self.options.label_smoothing,
            measure=measure,
        )

    def new_meter(self, network: Tagger) -> "TagMeter":
        """Counts every tag."""
        return TagMeter(network, len(self.data.tags), whole_texts=self.window is None)

    def ensemble(self, members: Sequence[Member[Tagger]]) -> EnsembleClassifier:
        """See :meth:`Task.ensemble`; tags are matched by name."""
        for other in members[1:]:
            tagged = other.task.options.tagged
            require_same("task.tagged", members[0], self.options.tagged, other, tagged)
        return ensemble_outputs(members, self.data.vocabulary, "tags")

    def baseline_metrics(self, corpus: Corpus) -> dict[str, float]:
        """Accuracy of each word's most frequent tag."""
        return frequent_tag_metrics(corpus)

    def predictor(self, network: Tagger) -> TagPredictor:
        """Tells the tags of texts."""
        return TagPredictor(network, self.asking, self.data.tags, self.options.tagged, self.window)

    def step_head(self, network: Tagger) -> nn.Module:
        """A token's tag follows from the state, if that has not read on."""
        if network.recurrent.bidirectional:
            raise DataError("a tagger that reads both ways has no state that goes one way")
        return network.output

    def describe_meter(self, meter: Meter) -> list[str]:
        """A table of the tags."""
        assert isinstance(meter, TagMeter)
        return label_table(meter.confusion.numpy(), self.data.tags, label="tag", counted="count")

    def meter_figure(self, meter: Meter, title: str = "") -> Any:
        """The confusion matrix."""
        from charlab.figures.confusion import confusion_figure  # matplotlib takes half a second

        assert isinstance(meter, TagMeter)
        return confusion_figure(meter.confusion.numpy(), self.data.tags, title)

    def pictures(self, trained: TrainedNetwork[Tagger], split: str) -> Iterator["Picture"]:
        """See :meth:`Task.pictures`."""
        from charlab.tasks.tag.pictures import pictures  # matplotlib takes half a second

        return pictures(self, trained, split)


class TagMeter(ConfusionMeter):
    """Loss, accuracy and macro-F1 of tags, texts without a fault, the confusion matrix.

    Args:
        network: the tagger: ids (B, T) and lengths (B,) in, logits (B, T, C) out.
        tags: how many tags there are, C.
        whole_texts: whether rows of batches are whole texts.
    """

    def __init__(self, network: nn.Module, tags: int, *, whole_texts: bool) -> None:
        super().__init__(network, tags, more=2)  # texts, texts without a fault
        self._whole_texts = whole_texts

    @torch.no_grad()
    def update(self, batch: Batch) -> None:
        """Adds a batch."""
        logits, targets = self._logits(batch), batch.targets  # (B, T, C), (B, T)
        predicted = logits.argmax(-1)
        faultless = ((predicted == targets) | (targets == IGNORE)).all(-1)
        self.sums[1] += len(targets)
        self.sums[2] += faultless.sum().cpu()
        self._count(logits.flatten(0, 1), targets.flatten(), predicted.flatten())

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """loss, accuracy, macro_f1, and of whole texts text_accuracy, the share without a fault."""
        metrics = self._metrics()
        if self._whole_texts:
            metrics["text_accuracy"] = float(self.sums[2] / self.sums[1])
        return metrics
