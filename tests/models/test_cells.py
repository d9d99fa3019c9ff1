"""Each cell's step against PyTorch's own cells and against its equations."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.testing import assert_close

from charlab.models.cells import Cell, GRUCell, LSTMCell, VanillaCell
from tests.support.cell_pairs import PAIRS, D, H


def drawn(cell: Cell, rows: int, size: float = 2.0) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    """Two products and a state, at random."""
    generator = torch.Generator().manual_seed(rows)
    G = len(cell.gates)
    x, h, *parts = (
        size * torch.randn(rows, width, generator=generator, dtype=torch.float64)
        for width in (G * H, G * H, *[H] * len(cell.state_parts))
    )
    return x, h, tuple(parts)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", PAIRS)
@torch.no_grad()
def test_a_step_is_pytorchs(name: str, rows: int) -> None:
    cell, theirs = PAIRS[name]
    theirs = theirs.double()
    _, _, parts = drawn(cell, rows)
    x = torch.randn(rows, D, dtype=torch.float64)
    expected = theirs(x, parts if len(parts) > 1 else parts[0])
    found, _ = cell.step(
        F.linear(x, theirs.weight_ih, theirs.bias_ih),
        F.linear(parts[0], theirs.weight_hh, theirs.bias_hh),
        parts,
    )
    assert_close(found, expected if isinstance(expected, tuple) else (expected,))


@pytest.mark.parametrize("name", PAIRS)
def test_a_cell_names_the_blocks_of_its_weights_and_the_gates_of_its_step(name: str) -> None:
    cell, theirs = PAIRS[name]
    assert theirs.weight_hh.shape == (len(cell.gates) * H, H)
    parts, gates = cell.step(*drawn(cell, 2))
    assert tuple(gates) == cell.gates
    assert len(parts) == len(cell.state_parts)
    assert {value.shape for value in (*parts, *gates.values())} == {(2, H)}


def test_the_next_state_is_made_of_the_named_gates() -> None:
    lstm, gru = LSTMCell(), GRUCell()
    x, h, (hidden, memory) = drawn(lstm, 3)
    (h_t, c_t), gates = lstm.step(x, h, (hidden, memory))
    assert_close(c_t, gates["forget"] * memory + gates["input"] * gates["candidate"])
    assert_close(h_t, gates["output"] * c_t.tanh())
    x, h, (hidden,) = drawn(gru, 3)
    (h_t,), gates = gru.step(x, h, (hidden,))
    z = gates["update"]
    assert_close(h_t, (1 - z) * gates["candidate"] + z * hidden)
    inside = gates["reset"] * h[:, 2 * H :]  # the reset gate acts after the product
    assert_close(gates["candidate"], torch.tanh(x[:, 2 * H :] + inside))


def test_a_memory_norm_changes_what_is_put_out_and_not_what_is_kept() -> None:
    plain, normed = LSTMCell(), LSTMCell()
    normed.memory_norm = lambda memory: 3 * memory + 1
    given = drawn(plain, 2)
    (_, kept), gates = plain.step(*given)
    (hidden, memory), _ = normed.step(*given)
    assert_close(memory, kept)
    assert_close(hidden, gates["output"] * torch.tanh(3 * kept + 1))


@pytest.mark.parametrize("cell", [VanillaCell(), LSTMCell(), GRUCell()], ids=lambda c: type(c))
def test_products_beyond_all_measure_close_and_open_gates(cell: Cell) -> None:
    x, h, parts = drawn(cell, 5, size=1e30)
    x, h = x.float(), h.float()
    _, gates = cell.step(x, h, tuple(part.float() for part in parts))
    for name, value in gates.items():
        ends = (-1.0, 1.0) if name == "candidate" else (0.0, 1.0)
        assert value.isfinite().all()
        assert set(value.flatten().tolist()) <= set(ends)


def test_only_the_forget_gate_starts_with_a_bias() -> None:
    assert LSTMCell().initial_biases == {"forget": 1.0}
    assert LSTMCell(2.5).initial_biases == {"forget": 2.5}
    assert [cell.initial_biases for cell in (VanillaCell(), GRUCell())] == [{}, {}]


def test_nonlinearity_is_checked() -> None:
    with pytest.raises(ValueError, match="nonlinearity must be tanh or relu, got 'sigmoid'"):
        VanillaCell("sigmoid")
