import torch
from torch.testing import assert_close

from charlab.models import build_model
from charlab.testing.model_contract import RecurrentModelContract


class TestGRU(RecurrentModelContract):
    def build(self, **options):
        return build_model("gru", **options)

    def textbook_step(self, w_ih, w_hh, b_ih, b_hh, x_t, state):
        (h,) = state
        H = len(h)
        x = [w_ih[k * H : (k + 1) * H] @ x_t + b_ih[k * H : (k + 1) * H] for k in range(3)]
        u = [w_hh[k * H : (k + 1) * H] @ h + b_hh[k * H : (k + 1) * H] for k in range(3)]
        r = 1 / (1 + torch.exp(-(x[0] + u[0])))
        z = 1 / (1 + torch.exp(-(x[1] + u[1])))
        n = torch.tanh(x[2] + r * u[2])  # the reset gate after the matrix product
        return ((1 - z) * n + z * h,)


def test_a_closed_update_gate_keeps_the_state():
    model = build_model("gru", vocabulary_size=7, hidden_size=6)
    with torch.no_grad():
        model.recurrence.bias_ih_l0[6:12] = 100.0
    state = (torch.randn(1, 3, 6),)
    _, last = model(torch.randint(7, (3, 4)), state)
    assert_close(last, state)
