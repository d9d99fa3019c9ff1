import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.models.bidirectional import permute_rows, reverse_order, reverse_rows


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(0, 3))
def test_rows_are_reversed_within_their_lengths(lengths, padding):
    B, T, D = len(lengths), max(lengths) + padding, 2
    x = torch.arange(B * T * D).view(B, T, D)
    order = reverse_order(torch.tensor(lengths), T)
    result = reverse_rows(x, order)
    for row, length in enumerate(lengths):
        assert result[row, :length].tolist() == x[row, :length].tolist()[::-1]
        assert torch.equal(result[row, length:], x[row, length:])
    assert torch.equal(reverse_rows(result, order), x)


def test_full_rows_need_no_order():
    x = torch.randn(3, 4, 5)
    order = reverse_order(torch.tensor([4, 4, 4]), 4)
    assert torch.equal(reverse_rows(x, None), reverse_rows(x, order))


def test_gradient():
    order = reverse_order(torch.tensor([4, 1, 3]), 4)
    rows = torch.randn(12, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(permute_rows, (rows, order))
    assert torch.autograd.gradgradcheck(permute_rows, (rows, order))
