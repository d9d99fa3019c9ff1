"""The loss that is minimized, and beside it what is reported."""

from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

from charlab.data.batches.batch import IGNORE
from charlab.models.state import State


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


@dataclass(frozen=True)
class StepOutput:
    """What one batch's forward pass gives.

    Attributes:
        objective: what is minimized, a scalar: a mean over the batch's predictions.
        loss: the unweighted loss in nats summed over the predictions, detached.
        predictions: their number.
        correct: how many were right, a scalar; None if not asked for.
        state: the recurrent state to carry on; None where nothing is carried.
    """

    objective: Tensor
    loss: Tensor
    predictions: int
    correct: Tensor | None
    state: State | None

    @classmethod
    def of_tokens(
        cls,
        logits: Tensor,
        targets: Tensor,
        predictions: int,
        *,
        smoothing: float,
        measure: bool,
        state: State | None = None,
    ) -> Self:
        """Of a score for each token, of which the mean is minimized.

        Args:
            logits: (B, T, C).
            targets: (B, T), ``IGNORE`` where nothing is predicted.
            predictions: how many are.
            smoothing: as of `cross_entropy`.
            measure: whether correct predictions are to be counted.
            state: what is carried on.
        """
        rows, wanted = logits.flatten(0, 1).float(), targets.flatten()
        objective, loss = cross_entropy(rows, wanted, predictions, smoothing=smoothing)
        correct = (rows.detach().argmax(-1) == wanted).sum() if measure else None
        return cls(objective, loss, predictions, correct, state)
