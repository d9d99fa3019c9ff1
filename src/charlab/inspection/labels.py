"""How probable a classifier takes each label to be.

N examples, T tokens, C labels.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from charlab.data.batches.evaluation import BUDGET, numbered_batches
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.models.classifier import Classifier

_CPU_BUDGET = 4_096  # positions of a batch: what a layer works on stays in a core's cache


@torch.no_grad()
def label_log_probabilities(
    network: nn.Module, examples: EncodedSplit, labels: int
) -> npt.NDArray[np.float64]:
    """The log-probability of each label for each example, in nats, (N, C).

    Args:
        network: ids (B, T) and lengths (B,) in, logits (B, C) out; in evaluation mode.
        examples: documents, or windows of a stream.
        labels: C.
    """
    found = np.empty((examples.documents, labels))
    device = next(network.parameters()).device
    budget = _CPU_BUDGET if device.type == "cpu" else BUDGET
    for places, batch in numbered_batches(examples, device=device, budget=budget):
        logits = network(batch.ids, batch.lengths)
        found[places] = logits.cpu().double().log_softmax(-1).numpy()
    return found


def prefix_probabilities(
    network: Classifier, ids: npt.NDArray[np.integer]
) -> npt.NDArray[np.float64]:
    """The probability of each label after each token of a text, (T, C).

    Row t is the answer to the first t + 1 tokens as if they were the whole text, so that it holds
    for every pooling and for networks that read both ways.

    Args:
        network: in evaluation mode.
        ids: the text's, (T,).
    """
    lengths = range(1, len(ids) + 1)
    prefixes = np.concatenate([ids[:length] for length in lengths])
    split = EncodedSplit(prefixes, flat_offsets(lengths), None)
    return np.exp(label_log_probabilities(network, split, network.num_classes))
