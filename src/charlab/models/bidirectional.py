"""Reading in both directions, exact for rows of unequal length."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class _PermuteRows(torch.autograd.Function):
    """Reorders rows by a permutation that is its own inverse, so its gradient is itself.

    Three times as fast as the general gather, whose gradient has to add into shared places.
    """

    @staticmethod
    def forward(ctx: Any, rows: Tensor, order: Tensor) -> Tensor:
        ctx.save_for_backward(order)
        return rows.index_select(0, order)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (order,) = ctx.saved_tensors
        return permute_rows(gradient, order), None


def permute_rows(rows: Tensor, order: Tensor) -> Tensor:
    """Rows (N, D) in the order (N,), a permutation that is its own inverse."""
    permuted: Tensor = _PermuteRows.apply(rows, order)  # type: ignore[no-untyped-call]
    return permuted


def reverse_order(lengths: Tensor, time: int) -> Tensor:
    """Where each position finds its mirror image in its row; padding stays where it is.

    Args:
        lengths: valid positions per row, (B,).
        time: T.

    Returns:
        Indices into the flattened (B*T) positions, (B*T,) int64.
    """
    t = torch.arange(time, device=lengths.device)
    mirror = lengths[:, None] - 1 - t  # (B, T); negative in the padding
    row = torch.arange(lengths.shape[0], device=lengths.device)[:, None] * time
    return (row + torch.where(mirror >= 0, mirror, t)).flatten()


def reverse_rows(x: Tensor, order: Tensor | None) -> Tensor:
    """Each row (B, T, D) back to front, by `reverse_order`, or wholly where ``order`` is None."""
    if order is None:
        return x.flip(1)
    return permute_rows(x.flatten(0, 1), order).view_as(x)


class BidirectionalRecurrence(nn.Module):
    """Layers that each read forwards and backwards (Schuster & Paliwal 1997).

    The backward reading reverses every row within its own length, runs an ordinary layer and
    reverses back. Padding so comes after the text in both readings and never touches it; the next
    layer reads both directions' outputs side by side. (Packed sequences would do the same, but on a
    CPU they leave the fast kernel.)

    Args:
        make_layer: makes a one-layer kernel from its input size.
        input_size: D of the first layer.
        hidden_size: H of each direction.
        num_layers: L.
    """

    def __init__(
        self,
        make_layer: Callable[[int], nn.Module],
        input_size: int,
        hidden_size: int,
        num_layers: int,
    ) -> None:
        super().__init__()
        sizes = [input_size, *[2 * hidden_size] * (num_layers - 1)]
        self.forwards = nn.ModuleList(make_layer(size) for size in sizes)
        self.backwards = nn.ModuleList(make_layer(size) for size in sizes)
