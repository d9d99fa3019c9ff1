"""What a person writes without a framework: the loops that charlab is compared with.

They use PyTorch's own modules and nothing of charlab's, so that a fault there cannot hide here.
"""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CELLS = {"vanilla": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


@dataclass(frozen=True)
class Size:
    """A network and its batches, as both sides train it.

    Attributes:
        cell: "vanilla", "lstm" or "gru".
        hidden: H.
        layers: L.
        batch: B.
        length: T.
        vocabulary: V.
        embedding: D.
    """

    cell: str
    hidden: int
    layers: int
    batch: int = 32
    length: int = 64
    vocabulary: int = 65
    embedding: int = 64

    def __str__(self) -> str:
        return f"{self.cell} {self.hidden} × {self.layers}, batch {self.batch} × {self.length}"


class Bare(nn.Module):
    """Embedding, PyTorch's recurrence, linear layer."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size.vocabulary, size.embedding)
        kind = CELLS[size.cell]
        self.recurrence = kind(size.embedding, size.hidden, size.layers, batch_first=True)
        self.decoder = nn.Linear(size.hidden, size.vocabulary)

    def forward(self, ids: Tensor, state: object = None) -> tuple[Tensor, object]:
        """Logits (B, T, V) and the state."""
        features, state = self.recurrence(self.embedding(ids), state)
        return self.decoder(features), state


def training_steps(size: Size, precision: str, device: torch.device) -> Iterator[Tensor]:
    """A stateful loop over the same few windows: yields after each optimizer step.

    As fast as it can be written with these modules: fused optimizer, gradients set to None, state
    detached, nothing read from the device.
    """
    torch.manual_seed(0)
    model = Bare(size).to(device)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, 1e-3, fused=True)
    text = torch.randint(0, size.vocabulary, (size.batch, 8 * size.length + 1), device=device)
    state = None
    while True:
        for begin in range(0, 8 * size.length, size.length):
            ids = text[:, begin : begin + size.length]
            targets = text[:, begin + 1 : begin + size.length + 1]
            with autocast_to(precision, device):
                logits, state = model(ids, state)
            loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            state = _detached(state)
            yield loss.detach()


@torch.inference_mode()
def sampling_steps(size: Size, device: torch.device) -> Iterator[Tensor]:
    """One text drawn by calling the module for every character: yields after each."""
    model = Bare(size).to(device).eval()
    ids, state = torch.zeros(1, 1, dtype=torch.long, device=device), None
    while True:
        logits, state = model(ids, state)
        ids = torch.multinomial(logits[:, -1].softmax(-1), 1)
        yield ids


def autocast_to(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Where products are taken in "bf16", or nothing is changed."""
    if precision == "bf16":
        return torch.autocast(device.type, torch.bfloat16)
    return contextlib.nullcontext()


def _detached(state: object) -> object:
    if isinstance(state, tuple):
        return tuple(part.detach() for part in state)
    assert isinstance(state, Tensor)
    return state.detach()
