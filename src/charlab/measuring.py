"""A network against a split: exact figures that no setting of training changes."""

from collections.abc import Iterable

import torch
from torch import nn

from charlab.config.schema import RunOptions
from charlab.data.batch import ALL, Batch, Shard
from charlab.data.corpus import Corpus
from charlab.data.evaluation_batches import EvaluationBatches, evaluation_batches
from charlab.data.original import OriginalText
from charlab.metrics import Meter
from charlab.preparation import is_conditional

POSITIONS = 16_384
_LOGITS = 2**24  # positions × vocabulary of a batch at most: 64 MB


def measuring_batches(
    corpus: Corpus,
    split: str,
    options: RunOptions,
    *,
    device: torch.device,
    positions: int = POSITIONS,
    shard: Shard = ALL,
) -> EvaluationBatches:
    """The batches that a split is measured by.

    Args:
        corpus: the data.
        split: one of its splits.
        options: the run's resolved options.
        device: where to measure.
        positions: characters of a batch; fewer where the vocabulary is large.
        shard: this process's share of them.
    """
    generating = options.task.name == "generate"
    room = _LOGITS // corpus.vocabulary.size if generating else positions
    return evaluation_batches(
        corpus.splits[split],
        layout=corpus.layout,
        purpose=options.task.name,
        seq_len=options.dataset.seq_len,
        conditional=is_conditional(options),
        device=device,
        budget=max(1, min(positions, room)),
        shard=shard,
    )


def measure(
    network: nn.Module, meter: Meter, batches: Iterable[Batch], text: OriginalText | None = None
) -> dict[str, float]:
    """Exact figures of a network over batches, without a split's prefix.

    Args:
        network: what is measured.
        meter: an empty one.
        batches: a split's.
        text: the split's, for what is said of its characters whatever the unit.
    """
    was_training = network.training
    network.eval()
    try:
        for batch in batches:
            meter.update(batch)
    finally:
        network.train(was_training)
    return meter.compute(text)
