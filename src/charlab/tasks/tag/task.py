"""Tagging: the tag of each character, or of each word at its last one, is predicted."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.data.batches.batch import IGNORE, Batch, BatchForm
from charlab.data.corpus import Corpus
from charlab.errors import DataError
from charlab.evaluation.bits_per_character import OriginalText
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.labels import label_table, macro_f1
from charlab.models.state import State
from charlab.models.tagger import Tagger
from charlab.tasks import register
from charlab.tasks.tag.baseline import frequent_tag_metrics
from charlab.tasks.tag.predictor import TagPredictor
from charlab.tasks.task import StepOutput, Task


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

    def outputs_per_position(self) -> int:
        """A number for each tag."""
        return len(self.data.tags)

    def training_loss(
        self, network: Tagger, batch: Batch, state: State | None, *, measure: bool
    ) -> StepOutput:
        """See :meth:`Task.training_loss`; the objective is the mean over tags."""
        rows = network(batch.ids, batch.lengths).flatten(0, 1).float()  # (B * T, C)
        targets = batch.targets.flatten()
        # A window may hold no word's end, and no mean.
        reduction = "mean" if batch.predictions else "sum"
        objective = F.cross_entropy(rows, targets, ignore_index=IGNORE, reduction=reduction)
        return StepOutput(
            objective=objective,
            loss=objective.detach() * batch.predictions,
            predictions=batch.predictions,
            correct=(rows.detach().argmax(-1) == targets).sum() if measure else None,
            state=None,
        )

    def new_meter(self, network: Tagger) -> "TagMeter":
        """Counts every tag."""
        return TagMeter(network, whole_texts=self.run.dataset.layout == "sequences")

    def baseline_metrics(self, corpus: Corpus) -> dict[str, float]:
        """Accuracy of each word's most frequent tag."""
        return frequent_tag_metrics(corpus)

    def predictor(self, network: Tagger) -> TagPredictor:
        """Tells the tags of texts."""
        dataset = self.run.dataset
        window = dataset.seq_len if dataset.layout == "stream" else None
        return TagPredictor(network, self.asking, self.data.tags, self.options.tagged, window)

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


class TagMeter(Meter):
    """Loss, accuracy and macro-F1 of tags, texts without a fault, the confusion matrix.

    Args:
        network: the tagger.
        whole_texts: whether rows of batches are whole texts.
    """

    def __init__(self, network: Tagger, *, whole_texts: bool) -> None:
        super().__init__(3 + network.num_tags**2)  # loss, texts, texts without a fault, confusion
        self._network = network
        self._whole_texts = whole_texts

    @property
    def confusion(self) -> Tensor:
        """Counts (C, C): true tags in rows, predicted ones in columns."""
        classes = self._network.num_tags
        return self.sums[3:].long().view(classes, classes)

    @torch.no_grad()
    def update(self, batch: Batch) -> None:
        """Adds a batch."""
        with torch.autocast(batch.ids.device.type, enabled=False):
            logits = self._network(batch.ids, batch.lengths)  # (B, T, C)
        targets, classes = batch.targets, self._network.num_tags
        losses = F.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE, reduction="none"
        )
        predicted, told = logits.argmax(-1), targets != IGNORE  # (B, T)
        faultless = ((predicted == targets) | ~told).all(-1)
        self.sums[0] += losses.cpu().double().sum()
        self.sums[1] += len(targets)
        self.sums[2] += faultless.sum().cpu()
        cells = (targets * classes + predicted)[told].cpu()
        self.sums[3:] += torch.bincount(cells, minlength=classes**2)

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """loss, accuracy, macro_f1, and of whole texts text_accuracy, the share without a fault."""
        confusion, (loss, texts, faultless) = self.confusion, self.sums[:3].tolist()
        tags = int(confusion.sum())
        metrics = {
            "loss": loss / tags,
            "accuracy": int(confusion.diagonal().sum()) / tags,
            "macro_f1": macro_f1(confusion),
        }
        if self._whole_texts:
            metrics["text_accuracy"] = faultless / texts
        return metrics
