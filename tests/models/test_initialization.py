"""Weights at the start of training: their sizes by the formulas, and what products become."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from charlab.models.cells import Cell, GRUCell, LSTMCell, VanillaCell
from charlab.models.initialization import adapt_to_unit_length, initialize_recurrence
from charlab.models.reference import ReferenceRecurrence, layer_weights

D, H, L = 40, 24, 2
KERNELS: dict[str, tuple[Cell, type[nn.Module]]] = {
    "vanilla": (VanillaCell(), nn.RNN),
    "lstm": (LSTMCell(forget_bias=1.5), nn.LSTM),
    "gru": (GRUCell(), nn.GRU),
}


def made(name: str, *, reference: bool = False) -> nn.Module:
    cell, kind = KERNELS[name]
    kernel = ReferenceRecurrence(cell, D, H, L) if reference else kind(D, H, L)
    torch.manual_seed(0)
    initialize_recurrence(kernel, cell, L)
    return kernel


@pytest.mark.parametrize("reference", [False, True])
@pytest.mark.parametrize("name", KERNELS)
@torch.no_grad()
def test_recurrent_products_keep_their_length_gate_by_gate(name: str, reference: bool) -> None:
    kernel, gates = made(name, reference=reference), len(KERNELS[name][0].gates)
    for layer in range(L):
        for block in layer_weights(kernel, layer).weight_hh.double().chunk(gates):
            h = torch.randn(H, dtype=torch.float64)
            after = torch.linalg.matrix_power(block, 50) @ h
            assert_close(after.norm(), h.norm(), rtol=1e-4, atol=0)


@pytest.mark.parametrize("name", KERNELS)
@torch.no_grad()
def test_input_weights_are_uniform_within_glorots_bound(name: str) -> None:
    kernel, gates = made(name), len(KERNELS[name][0].gates)
    for layer, columns in enumerate((D, H)):
        for block in layer_weights(kernel, layer).weight_ih.chunk(gates):
            bound = math.sqrt(6 / (columns + H))  # for H units; of G*H it would be smaller
            assert 0.98 * bound < block.abs().max() <= bound
            uniform = torch.tensor(bound / math.sqrt(3))
            assert_close(block.std(), uniform, rtol=0.1, atol=0)


@pytest.mark.parametrize("name", KERNELS)
def test_biases_are_zero_but_for_those_that_the_cell_asks_for(name: str) -> None:
    kernel = made(name)
    wanted = torch.zeros(len(KERNELS[name][0].gates), H)
    if name == "lstm":
        wanted[1] = 1.5
    for layer in range(L):
        weights = layer_weights(kernel, layer)
        assert_close(weights.bias_ih.detach(), wanted.flatten())
        assert not weights.bias_hh.any()


@pytest.mark.parametrize("name", KERNELS)
@torch.no_grad()
def test_one_one_is_heard_like_many_numbers_of_size_one(name: str) -> None:
    kernel = made(name)
    before = {key: weight.clone() for key, weight in kernel.state_dict().items()}
    heard = before["weight_ih_l0"] @ torch.randn(D, 2000)  # of inputs that Xavier's rule counts on
    adapt_to_unit_length(kernel)
    products = layer_weights(kernel, 0).weight_ih @ torch.eye(D)
    assert_close(products.std(), heard.std(), rtol=0.05, atol=0)
    changed = {key for key, weight in kernel.state_dict().items() if not weight.equal(before[key])}
    assert changed == {"weight_ih_l0"}


def test_a_single_unit_has_a_recurrent_weight_of_one() -> None:
    kernel = nn.LSTM(1, 1)
    initialize_recurrence(kernel, LSTMCell(), 1)
    assert_close(layer_weights(kernel, 0).weight_hh.detach().abs(), torch.ones(4, 1))
