"""A sound LSTM under the models' contract, and calls of a contract's tests outside pytest's own."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.gradcheck import GradcheckError

from charlab.models import RecurrentModel, State
from charlab.models.cells import Cell, Gates, LSTMCell
from charlab.testing.model_contract import RecurrentModelContract, random_ids
from charlab.testing.model_tests import CONDITIONS, B, T

CAUGHT = (AssertionError, pytest.fail.Exception, GradcheckError)  # what a test that fails raises

Parts = tuple[Tensor, ...]
Kernel = Callable[[int, int, int, float], nn.RNNBase]


def fused_lstm(input_size: int, hidden_size: int, num_layers: int, dropout: float) -> nn.LSTM:
    """PyTorch's kernel for `LSTMCell`."""
    return nn.LSTM(input_size, hidden_size, num_layers, dropout=dropout, batch_first=True)


class GradientStopped(LSTMCell):
    """Right values, wrong gradients: nothing comes back through the memory."""

    def step(self, x_gates: Tensor, h_gates: Tensor, previous: Parts) -> tuple[Parts, Gates]:
        return super().step(x_gates, h_gates, (previous[0], previous[1].detach()))


class LSTMContract(RecurrentModelContract):
    """The contract over an LSTM, or over one with a part that is broken.

    Args:
        network: a subclass of `RecurrentModel`.
        cell: what it is given for a cell.
        fused: what it is given for a kernel; None: it only has the readable form.
        changed: options that it is built with, whatever is asked for.
    """

    def __init__(
        self,
        network: type[RecurrentModel] = RecurrentModel,
        cell: type[Cell] = LSTMCell,
        fused: Kernel | None = fused_lstm,
        **changed: Any,
    ) -> None:
        self.network, self.cell, self.fused, self.changed = network, cell, fused, changed

    def __str__(self) -> str:
        """A test's name: without an address, so that all workers collect the same."""
        return "-".join([self.network.__name__, self.cell.__name__, *self.changed])

    def build(self, **options: Any) -> RecurrentModel:
        return self.network(self.cell(), self.fused, **(options | self.changed))

    def textbook_step(
        self, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor, x_t: Tensor, state: State
    ) -> State:
        h, c = state
        i, f, g, o = (w_ih @ x_t + b_ih + w_hh @ h + b_hh).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


def call(contract: RecurrentModelContract, test: str, **given: Any) -> None:
    """Calls a test with the parameters that it names; those that are not given have a usual value.

    Args:
        contract: the test's instance.
        test: the method's name.
        given: parameters; ``model`` as the options it is made with.
    """
    method = getattr(contract, test)
    names = inspect.signature(method).parameters
    values: dict[str, Any] = {
        "kernel": "reference",
        "bidirectional": False,
        "ids": random_ids(B, T),
    }
    values |= given
    if "model" in names:
        options = {"kernel": "reference", "num_conditions": CONDITIONS}
        values["model"] = contract.make(**(options | given.get("model", {})))
    method(**{name: values[name] for name in names})
