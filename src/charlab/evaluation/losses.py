"""The loss that is minimized, and beside it the one that is reported."""

import torch
import torch.nn.functional as F
from torch import Tensor

from charlab.data.batches.batch import IGNORE


def cross_entropy(
    logits: Tensor,
    targets: Tensor,
    predictions: int,
    *,
    smoothing: float = 0.0,
    weight: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean cross-entropy to minimize, and the plain loss of all predictions, detached.

    Smoothing (Szegedy et al. 2016, section 7) gives a share of each target to all outputs alike.
    It shapes the objective alone, as weights do: a reported loss has neither.

    Args:
        logits: (N, C), float32.
        targets: (N,), ``IGNORE`` where nothing is predicted.
        predictions: how many targets are predicted; of none there is no mean but a sum of 0.
        smoothing: that share, at least 0 and below 1.
        weight: of each output, (C,).
    """
    objective = F.cross_entropy(
        logits,
        targets,
        weight=weight,
        ignore_index=IGNORE,
        reduction="mean" if predictions else "sum",
        label_smoothing=smoothing,
    )
    if not smoothing and weight is None:
        return objective, objective.detach() * predictions
    with torch.no_grad():
        return objective, F.cross_entropy(logits, targets, ignore_index=IGNORE, reduction="sum")
