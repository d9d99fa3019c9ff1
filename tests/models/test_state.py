import torch
from torch.testing import assert_close

from charlab.models import detach_state, reset_lanes, select_lanes
from charlab.models.state import carried_state

L, B, H = 2, 3, 5


def a_state():
    return tuple(torch.randn(L, B, H, requires_grad=True) for _ in range(2))


def test_detach_cuts_the_graph_and_keeps_the_values():
    state = tuple(2 * part for part in a_state())
    cut = detach_state(state)
    assert_close(cut, tuple(part.detach() for part in state))
    assert not any(part.requires_grad for part in cut)


def test_reset_zeroes_fresh_lanes_only():
    state = a_state()
    reset = reset_lanes(state, torch.tensor([False, True, False]))
    for before, after in zip(state, reset, strict=True):
        assert not after[:, 1].any()
        assert torch.equal(after[:, [0, 2]], before[:, [0, 2]])


def test_reset_stops_nan_and_gradients():
    state = a_state()
    broken = tuple(part + torch.tensor([0.0, torch.nan, 0.0])[None, :, None] for part in state)
    reset = reset_lanes(broken, torch.tensor([False, True, False]))
    sum(part.sum() for part in reset).backward()
    for part in state:
        assert not part.grad[:, 1].any()
        assert (part.grad[:, [0, 2]] == 1).all()


def test_select_takes_lanes_in_order_and_again():
    state = a_state()
    chosen = select_lanes(state, torch.tensor([2, 0, 2, 1]))
    for before, after in zip(state, chosen, strict=True):
        assert torch.equal(after, torch.stack([before[:, k] for k in (2, 0, 2, 1)], dim=1))


def test_what_is_carried():
    state = a_state()

    def carried(fresh, before=state):
        return carried_state(before, fresh)

    assert carried(None) is state
    assert carried(None, None) is None
    assert carried(torch.tensor([True]), None) is None
    assert carried(torch.ones(2, dtype=torch.bool)) is None
    for part, before in zip(carried(torch.tensor([False, True, False])), state, strict=True):
        assert torch.equal(part[:, [0, 2]], before[:, [0, 2]])
        assert not part[:, 1].any()
