"""PyTorch's kernels with given weights compute what its modules do with their own."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from charlab.models.fused import run_fused
from charlab.models.reference import LayerWeights, layer_weights
from charlab.models.state import State

D, H, L = 5, 4, 3
KERNELS: dict[str, Callable[[], nn.RNNBase]] = {
    "tanh": lambda: nn.RNN(D, H, L, batch_first=True),
    "relu": lambda: nn.RNN(D, H, L, "relu", batch_first=True),
    "lstm": lambda: nn.LSTM(D, H, L, batch_first=True, dropout=0.5),
    "gru": lambda: nn.GRU(D, H, L, batch_first=True, dropout=0.5),
}


def drawn(kernel: nn.RNNBase, rows: int, length: int) -> tuple[Tensor, State]:
    """Inputs and a state, at random."""
    parts = 2 if isinstance(kernel, nn.LSTM) else 1
    return torch.randn(rows, length, D), tuple(torch.randn(L, rows, H) for _ in range(parts))


def of_the_module(kernel: nn.RNNBase, x: Tensor, state: State) -> tuple[Tensor, State]:
    features, last = kernel(x, state if len(state) > 1 else state[0])
    return features, last if isinstance(last, tuple) else (last,)


@pytest.mark.parametrize(("rows", "length"), [(1, 1), (3, 6)])
@pytest.mark.parametrize("name", KERNELS)
def test_its_own_weights_give_its_own_outputs(name: str, rows: int, length: int) -> None:
    kernel = KERNELS[name]()
    weights = [layer_weights(kernel, layer) for layer in range(L)]
    x, state = drawn(kernel, rows, length)
    for training in (False, True):  # with the same seed the same values are dropped
        kernel.train(training)
        torch.manual_seed(7)
        expected = of_the_module(kernel, x, state)
        torch.manual_seed(7)
        assert_close(run_fused(kernel, weights, x, state, kernel.dropout), expected)


@pytest.mark.parametrize("name", KERNELS)
def test_layers_one_after_the_other_are_all_of_them_at_once(name: str) -> None:
    kernel = KERNELS[name]().eval()
    x, state = drawn(kernel, 3, 4)
    expected, last = of_the_module(kernel, x, state)
    for layer in range(L):
        begin = tuple(part[layer : layer + 1] for part in state)
        x, end = run_fused(kernel, [layer_weights(kernel, layer)], x, begin, 0.0)
        assert_close(end, tuple(part[layer : layer + 1] for part in last))
    assert_close(x, expected)


@pytest.mark.parametrize("name", KERNELS)
def test_what_stands_in_for_the_weights_is_computed_with_and_learns(name: str) -> None:
    kernel = KERNELS[name]().eval()
    x, state = drawn(kernel, 2, 3)
    other = copy.deepcopy(kernel)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(-0.5)
    stand_ins = [
        LayerWeights(*((-0.5 * weight).detach().requires_grad_() for weight in layer))
        for layer in (layer_weights(kernel, i) for i in range(L))
    ]
    features, last = run_fused(kernel, stand_ins, x, state, 0.0)
    expected = of_the_module(other, x, state)
    assert_close((features, last), expected)
    torch.autograd.backward([features.square().sum(), expected[0].square().sum()])
    for layer, weights in enumerate(stand_ins):
        theirs = [weight.grad for weight in layer_weights(other, layer)]
        assert_close([weight.grad for weight in weights], theirs)
    assert all(parameter.grad is None for parameter in kernel.parameters())
