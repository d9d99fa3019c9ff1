"""Reading in both directions, exact for rows of unequal length."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from charlab.models.dropout import drop


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

    The backward reading reverses every row within its own length, runs an ordinary kernel and
    reverses back. Padding so comes after the text in both readings and never touches it; the next
    layer reads both directions' outputs side by side. (Packed sequences would do the same, but on a
    CPU they leave the fast kernel.)

    Args:
        make_layer: makes a one-layer kernel from its input size.
        input_size: D of the first layer.
        hidden_size: H of each direction.
        num_layers: L.
        dropout: probability between two layers, in training.
    """

    def __init__(
        self,
        make_layer: Callable[[int], nn.Module],
        input_size: int,
        hidden_size: int,
        num_layers: int,
        dropout: float,
    ) -> None:
        super().__init__()
        sizes = [input_size, *[2 * hidden_size] * (num_layers - 1)]
        self.forwards = nn.ModuleList(make_layer(size) for size in sizes)
        self.backwards = nn.ModuleList(make_layer(size) for size in sizes)
        self.dropout = dropout

    def forward(
        self, x: Tensor, lengths: Tensor | None, run: Callable[[nn.Module, Tensor], Tensor]
    ) -> Tensor:
        """Reads whole rows.

        Args:
            x: inputs, (B, T, D).
            lengths: valid positions per row, (B,); None: every row is full.
            run: runs a kernel over (B, T, D) from the zero state, gives (B, T, H).

        Returns:
            Forward and backward outputs side by side, (B, T, 2H); of the padding, they mean
            nothing.
        """
        for layer in self.layers(x, lengths, lambda kernel, x: {"output": run(kernel, x)}):
            x = layer["output"]
        return x

    def layers(
        self,
        x: Tensor,
        lengths: Tensor | None,
        run: Callable[[nn.Module, Tensor], dict[str, Tensor]],
    ) -> Iterator[dict[str, Tensor]]:
        """Reads whole rows, and gives what each layer made of them.

        Args:
            x, lengths: as of `forward`.
            run: runs a kernel over (B, T, D) from the zero state, gives values over time by name,
                (B, T, H); the first of them is what the next layer reads.

        Yields:
            Of each layer the same of the forward and the backward reading side by side,
            (B, T, 2H), by name; of the padding, they mean nothing.
        """
        order = None if lengths is None else reverse_order(lengths, x.shape[1])
        for layer, (ahead, back) in enumerate(zip(self.forwards, self.backwards, strict=True)):
            if layer and self.dropout:
                x = drop(x, self.dropout) if self.training else x
            forwards, backwards = run(ahead, x), run(back, reverse_rows(x, order))
            both = {
                name: torch.cat([value, reverse_rows(backwards[name], order)], dim=-1)
                for name, value in forwards.items()
            }
            x = next(iter(both.values()))
            yield both
