"""Classification: a text's label is predicted."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.config.schema import RunOptions
from charlab.data.batches.batch import IGNORE, Batch, BatchForm
from charlab.data.corpus import Corpus
from charlab.data.facts import DataFacts
from charlab.data.tokens.ragged import count_windows
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import DataError
from charlab.evaluation.bits_per_character import OriginalText
from charlab.evaluation.ensemble import Member, ensemble_outputs
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.examples import HEADING, answered_examples, shortened
from charlab.evaluation.labels import ConfusionMeter, label_table
from charlab.evaluation.losses import StepOutput, cross_entropy
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.inspection.symbols import Axes, Symbols, token_symbols
from charlab.models.classifier import Classifier
from charlab.models.ensemble import EnsembleClassifier
from charlab.models.pooling import valid_positions
from charlab.models.state import State
from charlab.system.terminal import visible
from charlab.tasks import register
from charlab.tasks.classify.baseline import most_frequent_metrics
from charlab.tasks.classify.ranking import LabelRanker
from charlab.tasks.task import Task

if TYPE_CHECKING:
    from charlab.figures.picture import Picture

_NEXT = ("decoder.weight", "decoder.bias")  # of the auxiliary loss
_EXPONENTS = {"none": 0.0, "mild": 0.5, "balanced": 1.0}


@register("classify")
class ClassifyTask(Task[Classifier]):
    """Trains a classifier by cross-entropy.

    Class weights, label smoothing and the auxiliary loss of predicting each next character (Dai &
    Le 2015, arXiv:1511.01432; Rei 2017, arXiv:1704.07156) shape the objective alone, never a
    reported loss. The auxiliary head stays in the checkpoint, where ``init=`` finds it.
    """

    batch_form = BatchForm.LABEL
    figure_name = "confusion"

    def __init__(self, options: RunOptions, data: DataFacts) -> None:
        super().__init__(options, data)
        self._class_weights = torch.ones(len(data.labels))

    def build_network(self) -> Classifier:
        """See :meth:`Task.build_network`."""
        return Classifier(
            self.recurrent(),
            len(self.data.labels),
            pooling=self.options.pooling,
            predicts_next=self.options.language_weight > 0,
        )

    def symbol_axes(self, network: Classifier) -> dict[str, Axes]:
        """See :meth:`Task.symbol_axes`."""
        labels = {0: Symbols("labels", self.data.labels)}
        tokens = {0: token_symbols(self.data.vocabulary)}
        head = {"output.weight": labels, "output.bias": labels}
        return super().symbol_axes(network) | head | dict.fromkeys(_NEXT, tokens)

    def prepare_training(self, corpus: Corpus) -> None:
        """Weighs the classes by their training examples: documents, or windows of a stream."""
        counts: npt.ArrayLike = self.data.label_counts
        if corpus.layout == "stream":
            seq_len, classes = self.run.dataset.seq_len, len(corpus.labels)
            counts = count_windows(corpus.splits["train"], seq_len, classes)
        exponent = _EXPONENTS[self.options.class_weights]
        self._class_weights = class_weights(torch.as_tensor(np.asarray(counts)), exponent)

    def training_loss(
        self, network: Classifier, batch: Batch, state: State | None, *, measure: bool
    ) -> StepOutput:
        """See :meth:`Task.training_loss`; the objective is the weighted mean."""
        auxiliary, following = self.options.language_weight, None
        if auxiliary:
            logits, following = network.forward_with_next(batch.ids, batch.lengths)
        else:
            logits = network(batch.ids, batch.lengths)
        logits = logits.float()  # (B, C)
        objective, loss = cross_entropy(
            logits,
            batch.targets,
            len(batch.targets),
            smoothing=self.options.label_smoothing,
            weight=self._weights_on(logits.device),
        )
        if following is not None:
            objective = objective + auxiliary * language_loss(following, batch)
        with torch.no_grad():
            correct = (logits.argmax(-1) == batch.targets).sum()
        return StepOutput(objective, loss, len(batch.targets), correct, None)

    def amounts(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """See :meth:`Task.amounts`: the examples' weights."""
        labels = batch.targets
        if batch.whole is not None and batch.whole.labels is not None:
            labels = batch.whole.labels
        weights = self._weights_on(labels.device)
        return weights[batch.targets].sum(), weights[labels].sum()

    def _weights_on(self, device: torch.device) -> Tensor:
        if self._class_weights.device != device:
            self._class_weights = self._class_weights.to(device)
        return self._class_weights

    def new_meter(self, network: nn.Module) -> "ClassificationMeter":
        """Counts every example."""
        return ClassificationMeter(network, len(self.data.labels))

    def predictor(self, network: nn.Module) -> LabelRanker:
        """Ranks the labels."""
        return LabelRanker(network, self.asking, self.data.labels, self.window)

    def ensemble(self, members: Sequence[Member[Classifier]]) -> EnsembleClassifier:
        """See :meth:`Task.ensemble`; labels are matched by name."""
        return ensemble_outputs(members, self.data.vocabulary, "labels")

    def baseline_metrics(self, corpus: Corpus) -> dict[str, float]:
        """What answering with the most frequent label of train would be worth."""
        return most_frequent_metrics(corpus, self.run.dataset.seq_len)

    def final_lines(self, trained: TrainedNetwork[Classifier]) -> tuple[str, list[str]] | None:
        """What validation examples are taken for."""
        rows = []
        predictor = self.predictor(trained.network)
        answered = answered_examples(
            predictor, trained.corpus, trained.seed, self.examples_shown, self.window
        )
        for text, truth, ((label, probability), *_) in answered:
            assert truth is not None
            wrong = label != self.data.labels[truth]
            verdict = f"{'wrong' if wrong else 'right'} {probability:.2f}"
            taken = f"taken for {visible(label)}" if wrong else ""
            rows.append((verdict, visible(self.data.labels[truth]), taken, shortened(text)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return (HEADING, [f"  {line}" for line in lines]) if lines else None

    def step_head(self, network: Classifier) -> nn.Module:
        """The label follows from the last state, where that is what is pooled."""
        if network.recurrent.bidirectional:
            raise DataError("a classifier that reads both ways has no state that goes one way")
        if network.pooling != "last":
            raise DataError(
                f"with task.pooling={network.pooling} every state reaches the label at once"
            )
        return network.output

    def describe_meter(self, meter: Meter) -> list[str]:
        """A table of the labels."""
        assert isinstance(meter, ClassificationMeter)
        return label_table(meter.confusion.numpy(), self.data.labels)

    def meter_figure(self, meter: Meter, title: str = "") -> Any:
        """The confusion matrix."""
        from charlab.figures.confusion import confusion_figure  # matplotlib takes half a second

        assert isinstance(meter, ClassificationMeter)
        return confusion_figure(meter.confusion.numpy(), self.data.labels, title)

    def pictures(self, trained: TrainedNetwork[Classifier], split: str) -> Iterator["Picture"]:
        """See :meth:`Task.pictures`."""
        from charlab.tasks.classify.pictures import pictures  # matplotlib takes half a second

        return pictures(self, trained, split)


class ClassificationMeter(ConfusionMeter):
    """Loss, accuracy, top-3 accuracy, macro-F1 and the confusion matrix.

    Args:
        network: the classifier.
        classes: how many labels there are.
    """

    def __init__(self, network: nn.Module, classes: int) -> None:
        super().__init__(network, classes, more=1)  # examples with their label in the top 3

    @torch.no_grad()
    def update(self, batch: Batch) -> None:
        """Adds a batch."""
        logits = self._logits(batch)  # (B, C)
        targets = batch.targets.to(logits.device)
        top = logits.topk(min(3, self._classes), dim=-1).indices  # (B, 3)
        self.sums[1] += (top == targets[:, None]).any(-1).sum().cpu()
        self._count(logits, targets, top[:, 0])

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """loss, accuracy, macro_f1, and top3_accuracy of four labels or more."""
        metrics = self._metrics()
        if self._classes > 3:  # of three labels or fewer it would always be 1
            metrics["top3_accuracy"] = float(self.sums[1] / self.confusion.sum())
        return metrics


def language_loss(logits: Tensor, batch: Batch) -> Tensor:
    """The mean cross-entropy of each next token, the end mark among them.

    Args:
        logits: of the token after each position, (B, T, V).
        batch: whose tokens are predicted as they stand in the data, without noise.
    """
    after = F.pad(batch.text[:, 1:], (0, 1), value=EOS)  # (B, T); padding reads EOS as well
    if batch.lengths is not None:
        after = after.where(valid_positions(batch.lengths, after.shape[1]), IGNORE)
    return F.cross_entropy(logits.flatten(0, 1).float(), after.flatten(), ignore_index=IGNORE)


def class_weights(counts: Tensor, exponent: float) -> Tensor:
    """Weights proportional to count ** -exponent, (C,), whose mean over the examples is 1.

    A class without examples weighs nothing.
    """
    present = counts > 0
    weights = torch.where(present, counts.clamp(min=1).double() ** -exponent, 0.0)
    return (weights * counts.sum() / (weights * counts).sum()).float()
