"""Dynamic evaluation against its formula, written out for one weight."""

import math

import pytest
import torch
from torch import nn

from charlab.data.batches.batch import Batch
from charlab.errors import ConfigError
from charlab.evaluation.dynamic import DynamicEvaluation


class Mean(nn.Module):
    """Predicts a number; the loss is half the squared error."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([0.5]))


def batch(*values: float) -> Batch:
    targets = torch.tensor([values])
    return Batch(torch.zeros(1, 1), targets, None, None, None, len(values), len(values))


def loss(network: Mean):
    def of(batch, state):
        losses = 0.5 * (network.weight - batch.targets) ** 2
        return losses.mean(), float(losses.detach().sum()), None

    return of


@pytest.mark.parametrize(("lr", "decay"), [(0.1, 0.0), (0.1, 0.3), (0.05, 1.0)])
def test_each_batch_is_predicted_before_it_is_learnt_from(lr, decay):
    network = Mean().train()
    trained_on, text = [batch(1.0), batch(-1.5)], [batch(2.0, 1.0), batch(1.0), batch(3.0)]
    found = DynamicEvaluation(lr, decay).measure(network, loss(network), trained_on, text)
    size = math.sqrt(((0.5 - 1.0) ** 2 + (0.5 + 1.5) ** 2) / 2)
    weight, total = 0.5, 0.0
    for values in ([2.0, 1.0], [1.0], [3.0]):
        total += sum(0.5 * (weight - value) ** 2 for value in values)
        gradient = sum(weight - value for value in values) / len(values)
        weight += decay * (0.5 - weight) - lr * gradient / (size + 1e-3)
    assert found == pytest.approx(total / 4, rel=1e-5)
    assert network.weight.item() == 0.5
    assert network.weight.grad is None
    assert network.training


def test_a_rate_that_blows_the_weights_up_is_named():
    network = Mean()
    text = [batch(float(n % 3)) for n in range(300)]
    with pytest.raises(ConfigError, match="dynamic_lr=1000 is too high"):
        DynamicEvaluation(1000.0, 0.0).measure(network, loss(network), [batch(1.0)], text)
    assert network.weight.item() == 0.5
