"""What the tests of a recurrent model start from: sizes, fixtures, random parameters.

B batch, T time, D embedding, H hidden, L layers, V vocabulary: small and unequal, so that a swapped
axis fails.
"""

import itertools
from abc import ABC, abstractmethod
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from charlab.models import RecurrentModel, State

B, T, D, H, L, V, CONDITIONS = 3, 4, 5, 6, 2, 7, 8
LENGTHS = (4, 1, 3)
VARIANTS = [
    pytest.param({"kernel": kernel, "embedding_size": size, "num_conditions": conditions}, id=name)
    for kernel, (size, conditions, name_of) in itertools.product(
        ("fused", "reference"),
        (
            (D, 0, "embedding"),
            (0, 0, "one-hot"),
            (D, CONDITIONS, "condition"),
            (0, CONDITIONS, "both"),
        ),
    )
    for name in (f"{kernel}-{name_of}",)
]


def randomize(module: nn.Module) -> None:
    """Gives every parameter a value of its own: at the start of training, biases are zero."""
    generator = torch.Generator().manual_seed(0)
    for parameter in module.parameters():
        values = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter.data.copy_(0.5 * values)


def random_ids(*shape: int) -> Tensor:
    """Characters in [0, V)."""
    return torch.randint(V, shape, generator=torch.Generator().manual_seed(1))


class ModelTests(ABC):
    """What a test of a model starts from; see `charlab.testing.model_contract`."""

    @abstractmethod
    def build(self, **options: Any) -> RecurrentModel:
        """The model under test, with the options of `RecurrentModel`."""

    @abstractmethod
    def textbook_step(
        self, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor, x_t: Tensor, state: State
    ) -> State:
        """The cell's equations for one row: x_t (D,), parts of the state (H,)."""

    def make(self, **options: Any) -> RecurrentModel:
        """The model in small, in float64, in evaluation, with random parameters."""
        sizes = {"vocabulary_size": V, "hidden_size": H, "num_layers": L, "embedding_size": D}
        model = self.build(**(sizes | options)).double().eval()
        randomize(model)
        return model

    @pytest.fixture(params=VARIANTS)
    def model(self, request: pytest.FixtureRequest) -> RecurrentModel:
        """The model by kernel, input and with or without conditions."""
        return self.make(**request.param)

    @pytest.fixture
    def ids(self) -> Tensor:
        """Characters (B, T)."""
        return random_ids(B, T)

    def condition_of(self, model: RecurrentModel) -> Tensor | None:
        """A condition per row, (B,), for a model that takes one."""
        return torch.tensor([3, 0, 7]) if model.num_conditions else None

    def random_state(self, model: RecurrentModel) -> State:
        """A state that is not zero."""
        generator = torch.Generator().manual_seed(2)
        return tuple(
            torch.randn(part.shape, generator=generator, dtype=part.dtype)
            for part in model.init_state(B)
        )
