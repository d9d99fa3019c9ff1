"""A language model small enough that every probability can be written out."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from charlab.data.vocabulary import Vocabulary
from charlab.models.state import State


class Trigram(nn.Module):
    """The next character depends on the last two: a model that has to carry its state rightly.

    The state, one part (1, B, 1), is the id before the last. In training mode the logits are
    noisy, as dropout makes them.
    """

    def __init__(self, vocabulary_size: int, conditions: int, seed: int) -> None:
        super().__init__()
        self.size = vocabulary_size
        generator = torch.Generator().manual_seed(seed)
        shape = (max(conditions, 1), *[vocabulary_size] * 3)
        table = 2 * torch.randn(shape, generator=generator)
        self.table = nn.Parameter(table)  # (C, V, V, V): condition, before, last, next
        self.part = nn.Linear(1, 1)
        self.steps = 0

    def init_state(self, batch_size: int) -> State:
        return (torch.zeros(1, batch_size, 1),)

    def step(
        self, ids: Tensor, state: State, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        self.steps += 1
        assert ids.shape == (state[0].shape[1],)
        if condition is None:
            condition = torch.zeros_like(ids)
        logits = self.table[condition, state[0][0, :, 0].long(), ids]  # (B, V)
        if self.training:
            logits = logits + torch.randn(logits.shape)
        return logits, (ids.float()[None, :, None],)

    def forward(
        self, ids: Tensor, state: State | None = None, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        state = state or self.init_state(len(ids))
        rows = []
        for ids_t in ids.T:
            logits, state = self.step(ids_t, state, condition=condition)
            rows.append(logits)
        return torch.stack(rows, dim=1), state

    def nats(self, ids: list[int], condition: int = 0) -> list[float]:
        """Log-probability of each id after the first, straight from the table."""
        table = self.table[condition].double().log_softmax(-1)
        before = [0, *ids]
        return [table[before[i], before[i + 1], ids[i + 1]].item() for i in range(len(ids) - 1)]


@pytest.fixture
def make_model() -> Callable[..., Trigram]:
    def make(vocabulary: Vocabulary, *, conditions: int = 0, seed: int = 0) -> Trigram:
        return Trigram(vocabulary.size, conditions, seed)

    return make
