"""Dynamic evaluation: a network that goes on learning from the text that it is measured on.

Krause et al. 2018 (arXiv:1709.07432). Every token is predicted before anything is learnt from it,
so the figure is honest; it is another one than that of the network as it was trained.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from charlab.data.batches.batch import Batch
from charlab.errors import ConfigError
from charlab.evaluation.evaluate import evaluating
from charlab.models.state import State, carried_state, detach_state

_EPSILON = 1e-3  # beside a gradient's usual size

Loss = Callable[[Batch, State | None], tuple[Tensor, float, State | None]]
"""The mean loss of a batch, with a gradient; its sum over predictions; the state to carry on."""


@dataclass(frozen=True)
class DynamicEvaluation:
    """How fast a network learns from the text that it is measured on.

    Attributes:
        lr: the rate, of steps that are about as large for each weight.
        decay: how strongly weights are drawn back to those of the training, from 0 to 1.
    """

    lr: float
    decay: float

    def measure(
        self, network: nn.Module, loss: Loss, trained_on: Iterable[Batch], batches: Iterable[Batch]
    ) -> float:
        """The mean loss in nats of a text that is read once, in order; the network stays as it was.

        The step of a weight is that of the paper: its gradient over the root of its mean square in
        training; what draws it back is the stronger the larger that is.

        Args:
            network: what is measured.
            loss: of a batch.
            trained_on: batches of the training text, which tell how large gradients are.
            batches: the text, one lane.

        Raises:
            ConfigError: if the rate is so high that the loss is no number any more.
        """
        weights = [p for p in network.parameters() if p.requires_grad]
        with _going_on_learning(network, weights):
            sizes = self._gradient_sizes(weights, loss, trained_on)
            average = sum(float(size.sum()) for size in sizes) / sum(w.numel() for w in weights)
            pulls = [(self.decay * size / max(average, 1e-30)).clamp(max=1) for size in sizes]
            before = [weight.detach().clone() for weight in weights]
            total, predictions = 0.0, 0
            for batch, summed in _losses(weights, loss, batches):
                total += summed
                predictions += batch.predictions
                with torch.no_grad():
                    for weight, origin, size, pull in zip(
                        weights, before, sizes, pulls, strict=True
                    ):
                        gradient = torch.zeros_like(weight) if weight.grad is None else weight.grad
                        step = self.lr * gradient / (size + _EPSILON)
                        weight.add_(pull * (origin - weight) - step)
        mean = total / max(1, predictions)
        if not math.isfinite(mean):
            raise ConfigError(f"dynamic_lr={self.lr:g} is too high: the weights have blown up")
        return mean

    def _gradient_sizes(
        self, weights: list[nn.Parameter], loss: Loss, batches: Iterable[Batch]
    ) -> list[Tensor]:
        """The root of each weight's mean squared gradient."""
        sums, count = [torch.zeros_like(weight) for weight in weights], 0
        for _ in _losses(weights, loss, batches):
            count += 1
            for each, weight in zip(sums, weights, strict=True):
                if weight.grad is not None:
                    each += weight.grad.square()
        return [(each / max(1, count)).sqrt() for each in sums]


def _losses(
    weights: list[nn.Parameter], loss: Loss, batches: Iterable[Batch]
) -> Iterator[tuple[Batch, float]]:
    """Each batch with its summed loss, while its gradients stand at the weights."""
    state: State | None = None
    for batch in batches:
        for weight in weights:
            weight.grad = None
        mean, summed, after = loss(batch, carried_state(state, batch.fresh))
        if batch.predictions:
            torch.autograd.backward(mean)
        state = None if after is None else detach_state(after)
        yield batch, summed


@contextmanager
def _going_on_learning(network: nn.Module, weights: list[nn.Parameter]) -> Iterator[None]:
    """Dropout is off, as in any measurement, and the weights are put back in the end."""
    before = [weight.detach().clone() for weight in weights]
    try:
        # cuDNN's recurrences have no gradient outside of training
        with evaluating(network), torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
            yield
    finally:
        with torch.no_grad():
            for weight, origin in zip(weights, before, strict=True):
                weight.copy_(origin)
                weight.grad = None
