import pytest
import torch
from torch.testing import assert_close

from charlab.models import build_model
from charlab.models.reference import layer_weights
from charlab.testing.model_contract import RecurrentModelContract


class TestLSTM(RecurrentModelContract):
    def build(self, **options):
        return build_model("lstm", **options)

    def textbook_step(self, w_ih, w_hh, b_ih, b_hh, x_t, state):
        h, c = state
        H = len(h)
        a = [w_ih[k * H : (k + 1) * H] @ x_t + b_ih[k * H : (k + 1) * H] for k in range(4)]
        a = [a[k] + w_hh[k * H : (k + 1) * H] @ h + b_hh[k * H : (k + 1) * H] for k in range(4)]
        i, f, o = (1 / (1 + torch.exp(-a[k])) for k in (0, 1, 3))
        c = f * c + i * torch.tanh(a[2])
        return o * torch.tanh(c), c


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("forget_bias", [1.0, 0.0, 2.5])
def test_forget_bias_is_the_sum_of_pytorchs_two(forget_bias, bidirectional):
    model = build_model(
        "lstm",
        vocabulary_size=7,
        hidden_size=6,
        num_layers=2,
        forget_bias=forget_bias,
        bidirectional=bidirectional,
    )
    recurrence = model.recurrence
    kernels = [*recurrence.forwards, *recurrence.backwards] if bidirectional else [recurrence] * 2
    for k, kernel in enumerate(kernels):
        weights = layer_weights(kernel, 0 if bidirectional else k)
        bias = (weights.bias_ih + weights.bias_hh).detach()
        expected = torch.zeros(24)
        expected[6:12] = forget_bias
        assert_close(bias, expected)


def test_an_open_forget_gate_keeps_the_cell():
    # Forget gate 1, input gate 0: the cell state stands still whatever is read.
    model = build_model("lstm", vocabulary_size=7, hidden_size=6)
    bias = torch.tensor([-100.0, 100.0, 0.0, 0.0]).repeat_interleave(6)
    with torch.no_grad():
        model.recurrence.bias_ih_l0.copy_(bias)
    state = tuple(torch.randn(1, 3, 6) for _ in range(2))
    _, (_, cell) = model(torch.randint(7, (3, 4)), state)
    assert_close(cell, state[1])
