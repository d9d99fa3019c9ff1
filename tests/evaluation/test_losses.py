"""Smoothed cross-entropy against its definition; what is reported is not smoothed."""

import pytest
import torch

from charlab.data.batches.batch import IGNORE
from charlab.evaluation.losses import cross_entropy


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_is_that_of_its_definition(smoothing, weighted):
    logits, targets = torch.randn(6, 4), torch.tensor([0, 3, IGNORE, 1, 1, 2])
    weight = torch.tensor([1.0, 2.0, 0.5, 3.0]) if weighted else None
    objective, loss = cross_entropy(logits, targets, 5, smoothing=smoothing, weight=weight)
    kept = targets != IGNORE
    log_p, target = logits[kept].log_softmax(-1), targets[kept]
    share = (1 - smoothing) * torch.eye(4)[target] + smoothing / 4
    w = torch.ones(4) if weight is None else weight
    expected = -(share * log_p * w).sum() / w[target].sum()
    torch.testing.assert_close(objective, expected)
    torch.testing.assert_close(loss, -log_p[torch.arange(5), target].sum())


def test_of_nothing_the_loss_is_zero():
    objective, loss = cross_entropy(torch.randn(2, 3), torch.tensor([IGNORE, IGNORE]), 0)
    assert (float(objective), float(loss)) == (0.0, 0.0)
