"""What decoding asks of a language model, and how it is held while it decodes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor, nn

from charlab.errors import CheckpointError
from charlab.models.state import State


class StepModel(Protocol):
    """A language model that carries its state outside: any that has these can be decoded from.

    B batch, T time, V vocabulary size; state parts are (L, B, H).
    """

    def init_state(self, batch_size: int, /) -> State:
        """The state before the first character."""

    def forward(
        self, ids: Tensor, state: State | None = None, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Logits (B, T, V) after each of the characters (B, T), and the state after the last."""

    def step(
        self, ids: Tensor, state: State, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Logits (B, V) after one more character (B,), and the state after it."""

    def eval(self) -> object:
        """Turns dropout off."""

    def modules(self) -> Iterator[nn.Module]:
        """The model and its parts."""


@contextmanager
def decoding(model: StepModel) -> Iterator[None]:
    """No dropout and no gradients within; afterwards each part is in the mode it was in.

    Parts are restored one by one: a frozen part stays in evaluation mode while the rest trains.
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, training in modes:
            module.training = training


def on_host(logits: Tensor) -> Tensor:
    """Logits where float64 exists: where they are, or on the CPU (mps has no float64)."""
    return logits.cpu() if logits.device.type == "mps" else logits


def to_cpu(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Logits and log-probabilities in nats, (..., V) each, as float64 on the CPU.

    Probabilities are added up in float64 whatever the model computes in, and not every device has
    it. The host waits for the device here.

    Raises:
        CheckpointError: if they are no distribution, because the model has diverged.
    """
    logits = logits.cpu().double()
    nats = logits.log_softmax(dim=-1)
    refuse_diverged(bool(nats.isnan().any()))
    return logits, nats


def refuse_diverged(diverged: bool) -> None:
    """Says what it means that a model's outputs are not finite.

    Raises:
        CheckpointError: if so.
    """
    if diverged:
        raise CheckpointError(
            "the model's outputs are not finite, it diverged in training: use another checkpoint"
        )
