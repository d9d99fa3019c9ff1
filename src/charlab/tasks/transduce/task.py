"""Transduction: a text is read, and its target is written token by token."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from rapidfuzz.distance import Levenshtein
from torch import nn

from charlab.data.batches.batch import ALL, IGNORE, Batch, BatchForm, Shard
from charlab.data.batches.evaluation import EvaluationBatches
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.transduction import transduce_greedily
from charlab.errors import DataError
from charlab.evaluation.bits_per_character import OriginalText
from charlab.evaluation.ensemble import Member, require_same, require_same_tokens
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.losses import StepOutput
from charlab.evaluation.metrics import perplexity
from charlab.evaluation.trained_network import TrainedNetwork, ValidationWriter
from charlab.inspection.symbols import Axes, recurrent_axes, token_symbols
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.ensemble import EnsembleEncoderDecoder
from charlab.models.state import State
from charlab.tasks import register
from charlab.tasks.task import POSITIONS, Task
from charlab.tasks.transduce.predictor import TargetPredictor
from charlab.tasks.transduce.references import WithReferences, references_of
from charlab.tasks.transduce.shown import show_targets

if TYPE_CHECKING:
    from charlab.figures.picture import Picture


@register("transduce")
class TransduceTask(Task[EncoderDecoder]):
    """Trains an encoder-decoder by cross-entropy, each token given the true ones before it."""

    batch_form = BatchForm.PAIRS
    body_name = "encoder"

    @property
    def target_vocabulary(self) -> Vocabulary:
        """The tokens that are written."""
        vocabulary = self.data.target_vocabulary
        if vocabulary is None:
            raise ValueError("transduction needs the targets' vocabulary")
        return vocabulary

    def build_network(self) -> EncoderDecoder:
        """See :meth:`Task.build_network`."""
        if self.options.max_length is None:
            raise ValueError("max_length was left open")
        size = self.target_vocabulary.size
        decoder = self.recurrent(vocabulary_size=size, bidirectional=False)
        encoder = self.recurrent(tied_embeddings=False)
        return EncoderDecoder(encoder, decoder, self.options.attention)

    def symbol_axes(self, network: EncoderDecoder) -> dict[str, Axes]:
        """See :meth:`Task.symbol_axes`."""
        written = token_symbols(self.target_vocabulary, "target ")
        head = {"output.weight": {0: written}, "output.bias": {0: written}}
        decoder = {
            name: dict.fromkeys(axes, written)
            for name, axes in recurrent_axes(
                network.decoder, "decoder", self.target_vocabulary
            ).items()
        }
        return super().symbol_axes(network) | decoder | head

    def outputs_per_position(self) -> int:
        """A number for each token of the targets' vocabulary; additive attention keeps more.

        It compares each position with each step of a target, unit by unit.
        """
        size = self.target_vocabulary.size
        if self.options.attention != "additive":
            return size
        return max(size, int(self.options.max_length) * self.run.model.hidden_size)

    def evaluation_batches(
        self,
        split: EncodedSplit,
        *,
        device: torch.device,
        positions: int = POSITIONS,
        shard: Shard = ALL,
    ) -> EvaluationBatches:
        """See :meth:`Task.evaluation_batches`; with all targets that a text has."""
        numbered = replace(split, labels=np.arange(split.documents))
        batches = super().evaluation_batches(
            numbered, device=device, positions=positions, shard=shard
        )
        return WithReferences(batches, split)

    def training_loss(
        self, network: EncoderDecoder, batch: Batch, state: State | None, *, measure: bool
    ) -> StepOutput:
        """See :meth:`Task.training_loss`; the objective is the mean over the targets' tokens."""
        return StepOutput.of_tokens(
            _logits(network, batch),  # (B, U, V)
            batch.targets,
            batch.predictions,
            smoothing=self.options.label_smoothing,
            measure=measure,
        )

    def new_meter(self, network: EncoderDecoder) -> "TransductionMeter":
        """Counts every token and every text."""
        return TransductionMeter(network, self.options.max_length)

    def training_metrics(self, loss: float) -> dict[str, float]:
        """loss, perplexity."""
        return {"loss": loss, "perplexity": perplexity(loss)}

    def log_validation(
        self,
        trained: TrainedNetwork[EncoderDecoder],
        meter: Meter,
        writer: ValidationWriter,
        step: int,
    ) -> None:
        """Shows some texts with what becomes of them, and the attention meanwhile."""
        show_targets(
            trained,
            (self.data.vocabulary, self.target_vocabulary),
            self.options.max_length,
            writer,
            step,
        )

    def ensemble(self, members: Sequence[Member[EncoderDecoder]]) -> EnsembleEncoderDecoder:
        """See :meth:`Task.ensemble`."""
        first, own = members[0], self.target_vocabulary
        for other in members[1:]:
            unit = other.task.run.dataset.target_unit
            require_same("dataset.target_unit", first, own.unit, other, unit)
            its = other.task.data.target_vocabulary
            assert its is not None
            require_same_tokens(first, own, other, its, "target ")
        return EnsembleEncoderDecoder([each.network for each in members])

    def step_head(self, network: EncoderDecoder) -> nn.Module:
        """Nothing: texts are read as a whole before anything is written."""
        raise DataError("an encoder-decoder predicts nothing while it reads")

    def predictor(self, network: EncoderDecoder) -> TargetPredictor:
        """Writes the likeliest targets of texts."""
        return TargetPredictor(
            network, self.asking, self.target_vocabulary, self.options.max_length
        )

    def pictures(self, trained: TrainedNetwork[EncoderDecoder], split: str) -> Iterator["Picture"]:
        """See :meth:`Task.pictures`."""
        from charlab.tasks.transduce.pictures import pictures  # matplotlib takes half a second

        return pictures(self, trained, split)


def _logits(network: EncoderDecoder, batch: Batch) -> torch.Tensor:
    assert batch.given is not None
    assert batch.lengths is not None
    logits: torch.Tensor = network(batch.ids, batch.lengths, batch.given)
    return logits


class TransductionMeter(Meter):
    """Loss and accuracy of the next token, and how right the targets are that are written.

    Every text counts once, however many targets it has; it is right if what is written is any of
    them. The error rate is the edits (Levenshtein 1966) to the nearest target of each text, divided
    by the tokens of these targets.

    Args:
        network: the encoder-decoder.
        max_length: tokens of a target that is written, at most.
    """

    def __init__(self, network: EncoderDecoder, max_length: int) -> None:
        super().__init__(7)  # loss, correct and predicted tokens; texts, right ones, edits, tokens
        self._network = network
        self._max_length = max_length

    @torch.no_grad()
    def update(self, batch: Batch) -> None:
        """Adds a batch."""
        with torch.autocast(batch.ids.device.type, enabled=False):
            rows = _logits(self._network, batch).flatten(0, 1)
            assert batch.lengths is not None
            written = transduce_greedily(self._network, batch.ids, batch.lengths, self._max_length)
        targets = batch.targets.flatten()
        losses = F.cross_entropy(rows, targets, ignore_index=IGNORE, reduction="none")
        self.sums[0] += losses.cpu().double().sum()
        self.sums[1] += (rows.argmax(-1) == targets).sum().cpu()
        self.sums[2] += batch.predictions
        for found, references in zip(written, references_of(batch), strict=True):
            share = 1 / len(references)  # a text stands in as many rows as it has targets
            edits, tokens = min(
                (Levenshtein.distance(found, each), len(each)) for each in references
            )
            self.sums[3:] += share * torch.tensor(
                [1, edits == 0, edits, tokens], dtype=torch.float64
            )

    def compute(self, text: OriginalText | None = None) -> dict[str, float]:
        """loss, perplexity, accuracy, exact_match, error_rate."""
        loss, correct, predictions, texts, right, edits, tokens = self.sums.tolist()
        return {
            "loss": loss / predictions,
            "perplexity": perplexity(loss / predictions),
            "accuracy": correct / predictions,
            "exact_match": right / texts,
            "error_rate": edits / max(1.0, tokens),
        }
