import torch
from torch.testing import assert_close

from charlab.models import build_model
from charlab.testing.model_contract import RecurrentModelContract


class TestVanillaTanh(RecurrentModelContract):
    def build(self, **options):
        return build_model("vanilla", **options)

    def textbook_step(self, w_ih, w_hh, b_ih, b_hh, x_t, state):
        (h,) = state
        return (torch.tanh(w_ih @ x_t + b_ih + w_hh @ h + b_hh),)


class TestVanillaRelu(RecurrentModelContract):
    def build(self, **options):
        return build_model("vanilla", nonlinearity="relu", **options)

    def textbook_step(self, w_ih, w_hh, b_ih, b_hh, x_t, state):
        (h,) = state
        return (torch.clamp(w_ih @ x_t + b_ih + w_hh @ h + b_hh, min=0),)


def test_known_answer():
    # One unit, one-hot input: h_t = tanh(w[x_t] + u h_{t-1} + b), by hand.
    model = build_model("vanilla", vocabulary_size=2, hidden_size=1, embedding_size=0)
    w, u, b = (0.5, -1.0), 0.25, 0.125
    with torch.no_grad():
        model.recurrence.weight_ih_l0.copy_(torch.tensor([w]))
        model.recurrence.weight_hh_l0.fill_(u)
        model.recurrence.bias_ih_l0.fill_(b)
    features, _ = model(torch.tensor([[1, 0]]))
    first = torch.tanh(torch.tensor(w[1] + b))
    second = torch.tanh(w[0] + u * first + b)
    assert_close(features[0, :, 0], torch.stack([first, second]))
