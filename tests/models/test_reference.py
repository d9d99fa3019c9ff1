"""The reference stands in for torch.nn, tried without any of our models around it."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from charlab.models.cells import GRUCell, LSTMCell, VanillaCell
from charlab.models.reference import Layer, ReferenceRecurrence, layer_weights

B, T, D, H, L = 3, 4, 5, 6, 2
PAIRS = {
    "tanh": (VanillaCell("tanh"), lambda: nn.RNN(D, H, L, batch_first=True)),
    "relu": (VanillaCell("relu"), lambda: nn.RNN(D, H, L, "relu", batch_first=True)),
    "lstm": (LSTMCell(), lambda: nn.LSTM(D, H, L, batch_first=True)),
    "gru": (GRUCell(), lambda: nn.GRU(D, H, L, batch_first=True)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_state_dict_of_torch_loads_and_gives_the_same(name):
    cell, make = PAIRS[name]
    theirs = make().double()
    ours = ReferenceRecurrence(cell, D, H, L).double()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    parts = tuple(torch.randn(L, B, H, dtype=torch.float64) for _ in cell.state_parts)
    x = torch.randn(B, T, D, dtype=torch.float64)
    expected, last = theirs(x, parts if len(parts) > 1 else parts[0])
    for index in range(L):
        layer = Layer(cell, layer_weights(ours, index))
        x, state, _ = layer.walk(x, tuple(part[index] for part in parts))
        for part, whole in zip(state, last if isinstance(last, tuple) else (last,), strict=True):
            assert_close(part, whole[index])
    assert_close(x, expected)


@pytest.mark.parametrize("name", PAIRS)
def test_one_seed_draws_the_same_parameters_as_torch(name):
    cell, make = PAIRS[name]
    torch.manual_seed(0)
    theirs = make().state_dict()
    torch.manual_seed(0)
    ours = ReferenceRecurrence(cell, D, H, L).state_dict()
    assert_close(ours, dict(theirs), atol=0, rtol=0)
