"""Exact figures of a split: total loss over total predictions, summed in double precision.

A meter is fed batch by batch, carries the recurrent state from one to the next where the batches
are parts of a stream, and divides once, at the end. Loss is in nats per predicted symbol
(generation: a character, a byte or a word, as the corpus has it) or per example (classification),
unweighted; perplexity is exp(loss); bits per symbol loss / ln 2. Bits per original character
(`charlab.data.original`) mean the same whatever the unit.
"""

import math
from collections.abc import Callable
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from charlab.data.batch import IGNORE, Batch
from charlab.data.original import OriginalText
from charlab.models.classifier import Classifier
from charlab.models.language_model import LanguageModel
from charlab.models.state import State, reset_lanes


class Meter(Protocol):
    """Sums over batches; one for each task."""

    def update(self, batch: Batch) -> None:
        """Adds a batch."""

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """The figures so far, without a split's prefix.

        Args:
            text: what the batches were made of, where they were a whole text.
        """

    def sums(self) -> Tensor:
        """All that was counted so far, as one vector of float64; those of several meters add up."""

    def replace(self, sums: Tensor) -> None:
        """Takes another's sums, or several meters' together, for its own."""


def symbol_metrics(loss: float, unit: str = "char") -> dict[str, float]:
    """A loss in nats per symbol and the same said otherwise: loss, perplexity, bits_per_<unit>."""
    perplexity = math.exp(loss) if loss < 700 else math.inf
    return {"loss": loss, "perplexity": perplexity, f"bits_per_{unit}": loss / math.log(2)}


def carried_state(batch: Batch, state: State | None) -> State | None:
    """The state that a batch begins with: carried over, zero in the lanes that start anew."""
    if state is None or batch.fresh is None:
        return state
    if len(batch.fresh) != state[0].shape[1]:  # other lanes: all of them are new
        return None
    return reset_lanes(state, batch.fresh)


class GenerationMeter:
    """Loss and accuracy of predicting the next symbol.

    Always computes in float32, whatever precision trains: a figure must not depend on it.

    Args:
        network: the language model.
        unit: what a symbol is: "char", "byte" or "word".
    """

    def __init__(self, network: LanguageModel, unit: str = "char") -> None:
        self._network = network
        self._unit = unit
        self._state: State | None = None
        self._loss = 0.0
        self._correct = 0
        self._predictions = 0

    @torch.no_grad()
    def update(self, batch: Batch) -> None:
        """Adds a batch; its state is carried to the next one unless that one starts anew."""
        state = carried_state(batch, self._state)
        with torch.autocast(batch.ids.device.type, enabled=False):
            logits, self._state = self._network(batch.ids, state, condition=batch.labels)
        targets = batch.targets.flatten()
        rows = logits.flatten(0, 1)  # (B * T, V)
        losses = F.cross_entropy(rows, targets, ignore_index=IGNORE, reduction="none")
        self._loss += losses.cpu().double().sum().item()
        self._correct += int((rows.argmax(-1) == targets).sum().item())
        self._predictions += batch.characters

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """loss, perplexity, bits_per_<unit>, accuracy, and of a text bits_per_original_char."""
        figures = symbol_metrics(self._loss / self._predictions, self._unit)
        figures["accuracy"] = self._correct / self._predictions
        if text is not None:
            figures["bits_per_original_char"] = text.bits_per_char(self._loss)
        return figures

    def sums(self) -> Tensor:
        """Loss, correct predictions, predictions."""
        return torch.tensor([self._loss, self._correct, self._predictions], dtype=torch.float64)

    def replace(self, sums: Tensor) -> None:
        """See :class:`Meter`."""
        loss, correct, predictions = sums.tolist()
        self._loss, self._correct, self._predictions = loss, int(correct), int(predictions)


class ClassificationMeter:
    """Loss, accuracy, top-3 accuracy, macro-F1 and the confusion matrix.

    Args:
        network: the classifier.
        classes: how many labels there are.
    """

    def __init__(self, network: Classifier, classes: int) -> None:
        self._network = network
        self.confusion = torch.zeros(classes, classes, dtype=torch.int64)  # (true, predicted)
        self._loss = 0.0
        self._in_top3 = 0

    @torch.no_grad()
    def update(self, batch: Batch) -> None:
        """Adds a batch."""
        with torch.autocast(batch.ids.device.type, enabled=False):
            logits = self._network(batch.ids, batch.lengths)  # (B, C)
        targets = batch.targets
        classes = logits.shape[-1]
        losses = F.cross_entropy(logits, targets, reduction="none")
        self._loss += losses.cpu().double().sum().item()
        top = logits.topk(min(3, classes), dim=-1).indices  # (B, 3)
        self._in_top3 += int((top == targets[:, None]).any(-1).sum().item())
        cells = (targets * classes + top[:, 0]).cpu()
        counts = torch.bincount(cells, minlength=classes * classes)
        self.confusion += counts.view(classes, classes)

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """loss, accuracy, macro_f1, and top3_accuracy of four labels or more."""
        examples = int(self.confusion.sum())
        correct = int(self.confusion.diagonal().sum())
        return {
            "loss": self._loss / examples,
            "accuracy": correct / examples,
            "macro_f1": macro_f1(self.confusion),
            **self._top3(examples),
        }

    def sums(self) -> Tensor:
        """Loss, examples with their label among the first three, the confusion matrix's cells."""
        head = torch.tensor([self._loss, self._in_top3], dtype=torch.float64)
        return torch.cat([head, self.confusion.flatten().double()])

    def replace(self, sums: Tensor) -> None:
        """See :class:`Meter`."""
        self._loss, self._in_top3 = float(sums[0]), int(sums[1])
        self.confusion = sums[2:].long().view_as(self.confusion)

    def _top3(self, examples: int) -> dict[str, float]:
        """Top-3 accuracy; of three labels or fewer it would always be 1."""
        return {"top3_accuracy": self._in_top3 / examples} if len(self.confusion) > 3 else {}


def macro_f1(confusion: Tensor) -> float:
    """The mean over classes of F1 = 2 TP / (2 TP + FP + FN).

    Classes that neither occur nor are predicted do not count.

    Args:
        confusion: counts (C, C), true class in rows, predicted class in columns.
    """
    true_positives = confusion.diagonal().double()
    mentions = confusion.sum(0).double() + confusion.sum(1).double()  # 2 TP + FP + FN
    seen = mentions > 0
    return float((2 * true_positives[seen] / mentions[seen]).mean())


METERS: dict[str, Callable[[Any, int, str], Meter]] = {
    "generate": lambda network, classes, unit: GenerationMeter(network, unit),
    "classify": lambda network, classes, unit: ClassificationMeter(network, classes),
}
"""By the task's name: an empty meter for a network, a number of labels and a unit."""
