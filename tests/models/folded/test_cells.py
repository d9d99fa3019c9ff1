"""The folded cells against PyTorch's own, in either arithmetic."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from charlab.models.cells import Cell, GRUCell, LSTMCell, VanillaCell
from charlab.models.folded.cells import FOLDED, NUMPY, TORCH, Arithmetic, FoldedCell
from tests.support.cell_pairs import PAIRS, D, H

# An array of one lane in NumPy, (N,), and of several in PyTorch, (B, N).
LANES: dict[str, tuple[Arithmetic, int]] = {"numpy": (NUMPY, 1), "torch": (TORCH, 3)}


def given(rows: Tensor, arithmetic: Arithmetic) -> Any:
    """A copy of rows (B, N) as the arithmetic has them."""
    return rows[0].numpy().copy() if arithmetic is NUMPY else rows.clone()


def folded_products(kind: type[FoldedCell], theirs: nn.RNNCellBase, x: Tensor, h: Tensor) -> Any:
    """The two products of folded weights, each (B, G*H)."""
    weights = (theirs.weight_ih, theirs.weight_hh, theirs.bias_ih, theirs.bias_hh)
    w_ih, w_hh, b_ih, b_hh = (torch.from_numpy(kind.fold(w.numpy())) for w in weights)
    return x @ w_ih.T + b_ih, h @ w_hh.T + b_hh


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("name", PAIRS)
@torch.no_grad()
def test_steps_are_pytorchs_and_overwrite_the_state(name: str, lanes: str) -> None:
    cell, theirs = PAIRS[name]
    theirs = theirs.double()
    arithmetic, B = LANES[lanes]
    state = tuple(torch.randn(B, H, dtype=torch.float64) for _ in cell.state_parts)
    parts = tuple(given(part, arithmetic) for part in state)
    folded = FOLDED[type(cell)](cell, parts, arithmetic)
    for _ in range(3):
        x = torch.randn(B, D, dtype=torch.float64)
        products = folded_products(type(folded), theirs, x, state[0])
        folded.step(*(given(product, arithmetic) for product in products))
        after = theirs(x, state if len(state) > 1 else state[0])
        state = after if isinstance(after, tuple) else (after,)
        for part, expected in zip(parts, state, strict=True):
            np.testing.assert_allclose(part, given(expected, arithmetic), rtol=0, atol=1e-13)
    assert folded.parts is parts


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("cell", [VanillaCell(), LSTMCell(), GRUCell()], ids=lambda c: type(c))
def test_products_beyond_all_measure_give_no_nan(cell: Cell, lanes: str) -> None:
    arithmetic, B = LANES[lanes]
    parts = tuple(given(torch.zeros(B, H), arithmetic) for _ in cell.state_parts)
    folded = FOLDED[type(cell)](cell, parts, arithmetic)
    signs = torch.tensor([1.0, -1.0]).repeat(B, len(cell.gates) * H // 2)
    for sign in (1, -1):
        folded.step(*[given(sign * 1e30 * signs, arithmetic)] * 2)
    assert all(torch.as_tensor(part).isfinite().all() for part in parts)
    assert torch.as_tensor(parts[0]).abs().max() <= 1


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        (VanillaCell, ["candidate"]),
        (LSTMCell, ["input/2", "forget/2", "output/2", "candidate"]),
        (GRUCell, ["reset/2", "update/2", "candidate"]),
    ],
)
def test_sigmoid_gates_stand_first_and_are_halved_in_a_copy(
    kind: type[Cell], order: list[str]
) -> None:
    for shape in ((H, 3), (H,)):  # a weight's block, a bias's
        rng = np.random.default_rng(0)
        blocks = {name: rng.normal(size=shape) for name in kind.gates}
        whole = np.concatenate(list(blocks.values()))
        before = whole.copy()
        halves = {f"{name}/2": block / 2 for name, block in blocks.items()}
        wanted = np.concatenate([(blocks | halves)[name] for name in order])
        np.testing.assert_array_equal(FOLDED[kind].fold(whole), wanted)
        np.testing.assert_array_equal(whole, before)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_both_arithmetics_write_the_same_into_the_last_argument(kind: Any) -> None:
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=(2, 3)).astype(kind) for _ in range(2))
    matrix = rng.normal(size=(3, 4)).astype(kind)
    wanted: dict[str, tuple[Any, ...]] = {
        "add": (a, b, a + b),
        "subtract": (a, b, a - b),
        "multiply": (a, 0.5, a / 2),
        "tanh": (a, np.tanh(a)),
        "relu": (a, np.where(a > 0, a, 0)),
        "product": (a, matrix, a @ matrix),
    }
    for name, (*operands, expected) in wanted.items():
        for arithmetic in (NUMPY, TORCH):
            arrays = list(operands)
            if arithmetic is TORCH:
                arrays = [torch.from_numpy(x) if np.ndim(x) else x for x in operands]
            out = arithmetic.empty(expected.shape, arrays[0])
            getattr(arithmetic, name)(*arrays, out)
            assert np.asarray(out).dtype == kind
            np.testing.assert_allclose(out, expected, rtol=1e-6)
